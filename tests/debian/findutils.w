# findutils: find and xargs over a tree.
program: findutils
packages: findutils coreutils dash grep

== find
--
mkdir -p t/a/b t/c t/.hid; for i in 1 2 3; do echo $i >t/a/$i.txt; seq $((i * 1000)) >t/c/$i.log; done
ln -s ../a t/c/link; ln -s nowhere t/dang; chmod 600 t/a/1.txt; touch -d '2 days ago' t/a/2.txt; mkfifo t/p; touch "t/with space" "t/new
line"
find t | sort
find t -name '*.txt' -o -name '*.log' -size +2k | sort
find t -type l -printf '%p -> %l %Y\n' | sort; find -L t -type l; find t -type p -o -type d -empty | sort
find t -perm 600; find t -mtime +1; find t -newer t/a/2.txt -name '*.txt' | sort; find t -maxdepth 1 -mindepth 1 -printf '%f %y %d\n' | sort
find t -path '*/b' -prune -o -type f -print0 | sort -z | tr '\0' '|'; echo
find t -name '*.txt' -exec cat {} + | sort; find t -name '*.log' -exec sh -c 'wc -l <"$1"' _ {} \; | sort
find t -regextype egrep -regex '.*/[12]\.(txt|log)' | sort; find t -name '*.log' -delete; find t -name '*.log' | wc -l
find t -name '*.txt' -execdir basename {} \; | sort; find nothere; echo $?; find t/a -name 3.txt -quit; find t -type f -links 2; find t -samefile t/a/1.txt
find t/a/1.txt -ok rm {} \; </dev/null; find t -inum $(stat -c %i t/a) ; find / -xdev -maxdepth 1 -name 'e*' ; find t -user root -group 0 ! -type d | wc -l

== system
--
find /usr /etc -xdev -type f | wc -l | sed 's/.*/counted/'
find /usr/bin -perm -4000 | sort | head -3
find /etc -name '*.conf' -exec grep -l . {} + | sort | head
find /usr/lib -name '*.so*' -type f -size +1M -printf '%f\n' | sort | head -5
find /proc/self/ -maxdepth 1 -name 'stat*' | sort
find /dev/ -maxdepth 1 -name '[nz]*' | sort

== xargs
--
seq 20 | xargs -n 5; seq 10 | xargs -P 4 -n 1 sh -c 'sleep 0.1; echo $0' | sort -n | tr '\n' ' '; echo
printf 'a b\nc\n' | xargs -I{} echo '<{}>'; printf 'x\0y z\0' | xargs -0 -n1 echo; echo "'quoted one' two" | xargs -n1
seq 100000 | xargs | wc -l; seq 3 | xargs -t 2>&1; true | xargs -r echo never; echo 1 2 | xargs -n1 sh -c 'exit $0'; echo $?
echo a | xargs sh -c 'exit 255'; echo $?; echo a | xargs nothere; echo $?; echo a | xargs sh -c 'kill -9 $$'; echo $?
echo input | xargs -a /etc/debian_version echo; seq 5 | xargs -L2 echo line; seq 3 | xargs --process-slot-var=S -P2 -n1 sh -c 'test -n "$S" && echo slot'
find /usr/bin -print0 | xargs -0 -s 2000 ls -d | wc -l | sed 's/[0-9]*/N/'
