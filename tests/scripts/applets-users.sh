# Users and groups: adduser addgroup deluser delgroup passwd chpasswd su login sulogin getty chown chgrp
# install chattr lsattr, and crontab, add-shell, remove-shell; on an /etc of our own.
exec 2>&1
masked() { sed "s,$(pwd),D,g"; }
mkdir etc home; printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >etc/passwd
printf 'root:x:0:\nnobody:x:65534:\nstaff:x:50:\n' >etc/group; printf 'root:*:19000:0:99999:7:::\n' >etc/shadow; echo /bin/sh >etc/shells; chmod 600 etc/shadow
mount --bind etc /etc || exit
echo "== users"
addgroup -g 700 team; addgroup team; echo $?; adduser -D -H -u 701 -G team -s /bin/sh -h "$(pwd)/home/ann" ann; echo $?; adduser -D -H -u 702 -s /bin/sh -g 'Bob B' -h "$(pwd)/home/bob" bob; adduser -D ann; echo $?
masked </etc/passwd; cat /etc/group; id ann; addgroup ann staff; id ann; delgroup ann staff; groups ann; id -nG bob; id nosuch; echo $?
printf 'ann:secret\n' | chpasswd -c md5; grep -c '^ann:$1\$' /etc/shadow; printf 'nosuch:x\n' | chpasswd; echo $?; printf 'new\nnew\n' | passwd -a md5 bob 2>&1 | sed 's/.*: //'; passwd -l bob; grep -c '^bob:!' /etc/shadow; passwd -u bob; passwd -d bob; grep '^bob' /etc/shadow | cut -d: -f1,2; passwd nosuch; echo $?
ls -l /etc/shadow | cut -c1-10; su ann -c 'id; echo $USER'; su -s /bin/sh bob -c 'whoami'; su ann -c 'cat /etc/shadow'; echo $?; su ann -c 'passwd nosuch'; echo $?; setuidgid ann sh -c 'id -u; id -g'
echo wrong | su ann -c 'su root -c id' | sed 's/.*: //'; echo 'secret' | timeout 5 sulogin -t 1 /dev/nosuch; echo $?; timeout 1 login -f nosuch </dev/null >/dev/null; echo $?; timeout 1 getty 9600 nosuch </dev/null >/dev/null 2>&1; echo $?
deluser bob; deluser bob; echo $?; deluser --remove-home ann; echo $?; delgroup team; delgroup team; echo $?; wc -l </etc/passwd; wc -l </etc/group; cat /etc/shadow
add-shell /bin/ash /bin/sh; cat /etc/shells; remove-shell /bin/ash; cat /etc/shells; who; users; lastlog 2>/dev/null; last -f nosuch; echo $?
echo "== owners"
touch f; chown nobody:staff f; stat -c '%U %G' f; chown :root f; stat -c '%U %G' f; chgrp staff f; stat -c '%G' f; chown nosuch f; echo $?; chgrp nosuch f; echo $?; chown -R 5:6 home; stat -c '%u %g' home; chown -h nobody f
chmod u+s f; stat -c %a f; chown root f; stat -c %a f; install -m 640 -o nobody -g staff f g; stat -c '%a %U %G' g; install -d -m 700 i/j; stat -c %a i/j; umask; umask 77; touch h; stat -c %a h
setfattr -n user.x -v y nosuch; echo $?; chattr +i nosuch; echo $?; lsattr nosuch; echo $?; fatattr nosuch; echo $?; chattr +x f 2>&1 | head -1
umount /etc; crontab -c nosuch -l; echo $?; mkdir cr; printf '* * * * * true\n' >tab; crontab -c cr -u root tab; echo $?; crontab -c cr -u root -l; crontab -c cr -u root -d; ls cr; crontab -c cr -u root -l; echo $?
expr "$(mkpasswd -S ab -m des pw)" : .; cryptpw -S abcdefgh -m sha512 pw; timeout 1 nologin </dev/null | cat
