# file: telling what files are.
program: file
packages: file coreutils gzip tar perl dash

== kinds
--
file -b /bin/sh | cut -d, -f1-3
file -bL /lib64/ld-linux-x86-64.so.2 | cut -d, -f1-2
file -b /usr/bin/perl --mime-type
seq 10 >t
file t
gzip -k t
file t.gz | cut -d, -f1
file -z t.gz | cut -d'(' -f1
tar cf a.tar t
file a.tar
printf '#!/bin/sh\n' >s
file s
file -i s
file .
mkfifo p
file p
ln -s t l
file l
file -L l
ln -s nowhere d
file d
file nothere
echo $?
: >e
file e
printf '\211PNG\r\n\032\n' >png
file png
echo '{"a": 1}' >j.json
file --mime j.json
printf 'caf\303\251\n' | file -
find /etc -maxdepth 1 -type f | sort | file -bf - | sort | uniq -c | sort -rn | head -3 | awk '{print $2}' 2>/dev/null
file -b /dev/null /dev/tty
file /proc/self/maps
