# grep: searching files and pipes.
program: grep
packages: grep coreutils dash gzip

== search
--
seq 1000 >n; grep -c 7 n; grep -n '^99' n | tail -2; grep -E '^(1|2)0{2}$' n; grep -v '[0-8]' n; grep -o '5.*5' n | head -3
grep -P '^(\d)\1\1$' n | tail -1; grep -w 10 n; grep -x -F 500 n; grep -A1 -B1 '^500$' n; grep -q 1001 n; echo $?
mkdir d; echo needle >d/a; printf 'bin\0needle\n' >d/b; grep -r needle d | sort; grep -rl needle d | sort; grep -ra -h needle d | tr '\0' 0 | sort
grep x nothere; echo $?; grep -i NEEDLE d/a; grep -m2 1 n; grep -f d/a d/a; echo 'ünïcode' | grep -o 'ï.'; zgrep 2>/dev/null; seq 1e6 | grep -m1 99999; grep -L zz n d/a
