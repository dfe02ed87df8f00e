# Text tools that the other scripts do not run: base32 base64 uuencode ascii chat crc32 sha3sum dos2unix unix2dos
# expand unexpand fold factor hd hexedit strings egrep fgrep more man ed vi bc dc ...
exec 2>&1
echo "== codes"
printf 'any carnal\0pleasure\377' >b; base64 b; base32 b; base64 b | base64 -d | cmp - b; base32 b | base32 -d | cmp - b; base64 -w 8 b; echo '!!!' | base64 -d; echo $?
uuencode b out >u; cat u; uudecode -o v u; cmp b v; uuencode -m b out | uudecode -o - | cmp - b; xxd b; xxd -p b | xxd -r -p | cmp - b; hd b; hexdump -C b | tail -1; od -c b; hexdump -v -e '4/1 "%02x " "\n"' b
ascii | head -4; crc32 b; cksum b; sum b; sum -s b; md5sum b; sha1sum b; sha256sum b; sha512sum b; sha3sum b; sha3sum -a 512 b
md5sum b >s; md5sum -c s; echo x >>b; md5sum -c s; echo $?; echo abc | tr a-c A-C; printf 'a b\n' | rev; printf 'a b\n' | tac
echo "== lines"
printf 'one\ntwo\n' >t; unix2dos t; od -c t | head -1; dos2unix t; od -c t | head -1; printf 'a\tb\n' | expand -t 4; printf '        a       b\n' | unexpand -a | od -c
echo 'the quick brown fox jumps' | fold -w 10 -s; echo abcdefgh | fold -w 3; factor 360 97 4294967291; echo $?; printf '\001\002longer text\003\004four\0' | strings -o; strings -n 12 t
printf 'ax\nbx\nc.\n' >g; egrep '^(a|b)x$' g; fgrep -n c. g; grep -c x g; egrep -q nothing g; echo $?; more g; more </dev/null; cat g | more; nl g; paste g t; paste -s -d, g; cut -c1 g
comm g g; diff t g; echo $?; diff -u t t; cmp t g; echo $?; diff t g >p; cp t q; patch q p; cat q
sort -r g; shuf -i 1-5 | sort | tr '\n' ' '; seq -s, 1 3; uniq -c g; wc g; head -n 1 g; tail -n 1 g; tail -c 3 g; split -l 1 g part; ls part*; tee copy <g | wc -l; cat copy
echo "== editors"
printf 'a\nhello\nworld\n.\n1,2p\n/world/s/o/0/\nw e\nq\n' | ed; cat e; printf 'r e\n1d\n,p\nq\n' | ed nosuch; sed -i 's/h/H/' e; awk '{ print NR, $0 }' e
printf ':s/Hello/Bye/\n:wq\n' | timeout 5 vi e >/dev/null; echo $?; cat e; hexedit nosuch </dev/null >/dev/null; echo $?
less e; printf 'q' | less g | head -1; echo '2^70; scale=5; 1/3' | bc; echo '2 3 ^ p' | dc; expr 3 \* 4; expr abc : 'a\(.\)'; cal 9 1752; printf '%s-%05d\n' a 42; yes n | head -2; echo
echo "== looking things up"
[ -t 0 ]; echo $?; which sh nosuch; echo $?; which -a sed; man nosuch; echo $?; man; echo $?; basename /a/b.c .c; dirname /a/b; readlink /bin/nosuch; echo $?; ln -s g ll; readlink ll; realpath ll | sed "s,$(pwd),D,"; realpath /nosuch/x; echo $?
printenv PATH >/dev/null; echo $?; A=1 printenv A; printenv NOSUCH; echo $?; unlink ll; unlink ll; echo $?; cryptpw -S abcdefgh x | wc -c; [ a = a ] && test -f g && ash -c '[[ a == a* ]]' && echo tests; hush -c 'echo hush $((1 + 1)); for i in a b; do echo $i; done'; ash -c 'echo ash'
clear | od -c | head -1; reset | od -c | head -2; resize </dev/null 2>/dev/null; echo $?; wall </dev/null; echo $?; mesg n </dev/null >/dev/null 2>&1; echo $?; stty </dev/null; echo $?; ttysize | wc -w
echo "== programs that answer"
chat TIMEOUT 1 OK AT </dev/null; echo $?; printf 'OK\n' | chat TIMEOUT 1 ABORT BAD OK 'AT'; echo $?; printf 'BAD\n' | chat TIMEOUT 1 ABORT BAD OK AT; echo $?; echo body | makemime -c text/plain - >mm 2>/dev/null; echo $?
printf 'Subject: x\n\nbody\n' >mail; makemime -o mm -c text/plain mail; grep -c '^Content-T' mm; reformime <mm; echo $?; printf 'GET / HTTP/1.0\r\n\r\n' >rq; mkdir www; echo page >www/index.html; httpd -i -h www <rq | tr -d '\r' | grep -v '^Date\|^Last\|^ETag\|^Accept'
httpd -m secret | wc -c; httpd -d 'a%20b'; echo; httpd -e 'a<b'; echo; printf 'QUIT\r\n' | timeout 5 ftpd www 2>/dev/null; printf 'USER anonymous\r\nPASS x\r\nPWD\r\nSYST\r\nQUIT\r\n' | timeout 5 ftpd -a nobody www 2>/dev/null | head -3
printf '42,7\r\n' | timeout 5 fakeidentd -i; printf 'a\nb\n' | pipe_progress | tail -1; pipe_progress </dev/null; echo 3 | time -f '%x' cat; mt -f /dev/nosuch status; echo $?; mim nosuch; echo $?
tftpd </dev/null; echo $?; popmaildir; echo $?;
