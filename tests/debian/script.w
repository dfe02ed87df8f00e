# script: recording and replaying a terminal.
program: script
packages: bsdutils util-linux coreutils sed dash

== record
--
script -qec 'tty | sed "s/[0-9]*$/N/"; stty size; test -t 0 && echo terminal; exit 5' log; echo $?
script -q -c 'echo appended' -a log </dev/null; sed 1d log | grep -v '^Script' | tr -d '\r' 2>/dev/null
printf 'read a line\n' | script -qec 'read x; echo "got <$x>"' /dev/null | tr -d '\r'
script -qe -c 'kill -TERM $$' /dev/null; echo $?
script -q --log-timing t --log-out o --log-in i -c 'echo timed; sleep 0.2; echo more' >/dev/null </dev/null; cut -d' ' -f1 t | sort -u; grep -c timed o
scriptreplay -t t -O o -d 10 2>/dev/null | tr -d '\r'; scriptlive --version >/dev/null && echo live
sh -c 'script -qec "trap \"echo hangup; exit\" HUP; sleep 5" log2 & sleep 1; kill $!; wait'; sed -n 2p log2 | tr -d '\r'
script -qec 'stty -a | grep -o "rows [0-9]*"; stty raw -echo; stty -a | grep -o -e "-icanon"; ' /dev/null | tr -d '\r'
