# bash: what scripts and people at a prompt use it for.
program: bash
packages: bash coreutils sed grep
shell: /bin/bash

== arrays
--
a=(one 'two words' three)
a+=(four)
unset 'a[2]'
printf '<%s>' "${a[@]}"; echo " ${#a[@]} ${!a[*]}"
declare -A m=([x]=1 [y]='b c' [z]=)
m[w]=$((m[x] + 41))
for k in $(printf '%s\n' "${!m[@]}" | sort); do echo "$k=${m[$k]}"; done
mapfile -t lines < <(seq 5 | tac)
echo "${lines[@]:1:3}"
declare -n ref=a
ref[0]=ONE
echo "${a[0]} ${a[@]^^}"
declare -i n=6*7
echo $n ${n@A}
IFS=: read -ra parts <<<'usr:local:bin'
echo "${#parts[@]} ${parts[-1]}"
readonly r=1
r=2
echo "status $?"

== expansion
--
f=/usr/lib/x86_64/libc.so.6
echo "${f##*/} ${f%.*} ${f/lib/LIB} ${f//l/L} ${#f} ${f:5:3} ${f: -3}"
unset u
echo "${u:-none} ${u:=set} $u ${u:+there}"
(: "${nothere?not there at all}") 2>&1 | sed 's/.*: //'
echo {a..e}{1..3} {01..10..3}
shopt -s extglob globstar nullglob
mkdir -p d/e/f; touch d/a.c d/e/b.c d/e/f/c.h
echo **/*.@(c|h) d/!(e) nothing*
[[ 2026-11-26 =~ ^([0-9]+)-([0-9]+) ]] && echo "${BASH_REMATCH[@]}"
printf -v s '%05.1f|%-6s|%x|%q' 3.14159 ab 255 "it's"
echo "$s"
echo $((2**40 + 0x1f - (7 % 4))) $((1 ? 2 : 3))
case xyz in x*) echo first ;;& *z) echo second ;& nope) echo third ;; esac
printf '%(%Y)T\n' 86400
echo $'tab\tnl\\n\x41\u00e9'

== substitution
--
diff <(seq 1 10) <(seq 1 2 10) | head -5
paste <(seq 3) <(seq 4 6) <(seq 7 9)
seq 100 | tee >(wc -l >count) >(md5sum >sum) >/dev/null
for i in 1 2 3 4 5 6 7 8 9; do [ -s count ] && [ -s sum ] && break; sleep 0.2; done
cat count sum
while read -r a b; do echo "$b-$a"; done < <(paste -d' ' <(seq 3) <(seq 3 -1 1))
exec 5> >(sed 's/^/out: /'); p=$!
echo one >&5; echo two >&5
exec 5>&-
wait $p
echo "$(<count)" "$(cat <<< here)"
x=$(exit 3); echo $?

== coproc
--
coproc BC { while read -r a b; do echo $((a * b)); done; }
for i in 1 2 3 4 5; do
	echo $i $((i + 1)) >&"${BC[1]}"
	read -r answer <&"${BC[0]}"
	echo "$i: $answer"
done
pid=$BC_PID
eval "exec ${BC[1]}>&-"
wait $pid
echo "ended $?"
coproc tr a-z A-Z
out=${COPROC[0]}
echo hello >&"${COPROC[1]}"
exec {COPROC[1]}>&-
cat <&$out

== jobs
--
set -m
sleep 30 & 
a=$!
sleep 31 &
jobs | sed 's/ *$//'
kill -STOP %1
for i in 1 2 3 4 5 6 7 8 9; do jobs -s | grep -q Stopped && break; sleep 0.1; done
jobs -s
kill -CONT %1
kill %1; wait %1; echo "first: $?"
disown %2
kill $!
(exit 5) & wait $!; echo "exit 5: $?"
(kill -SEGV $BASHPID) & wait $!; echo "segv: $?"
(sleep 2; exit 7) & p=$!
(exit 8) & q=$!
wait -n; echo "first to end: $?"
wait -n; echo "second: $?"
wait; echo "all: $?"
jobs
sleep 20 | cat &
kill -TERM -- -$(jobs -p %+)
wait; echo "group: $?"

== traps
--
trap 'echo "exit trap $?"' EXIT
trap 'echo usr1' USR1
trap 'echo "err at $LINENO: $BASH_COMMAND"' ERR
kill -USR1 $$
false
(trap 'echo sub term; exit 9' TERM; kill -TERM $BASHPID; echo never); echo "sub: $?"
trap -p USR1
f() { local x=1; trap 'echo return trap' RETURN; return 4; }
f || echo "f: $?"
trap '' INT
(kill -INT $BASHPID; echo survived)
trap - USR1
bash -c 'kill -USR1 $$'; echo "usr1: $(kill -l $?)"
trap 'n=$((n+1))' CHLD
set -m
n=0; for i in 1 2 3; do (exit $i) & wait $!; done
[ "$n" -ge 3 ] && echo 'chld seen'
set +m
timeout -s INT 0.3 bash -c 'trap "echo int; exit 3" INT; while :; do sleep 0.1; done'; echo "timeout: $?"
exit 6

== functions
--
fib() { (( $1 < 2 )) && { echo $1; return; }; echo $(( $(fib $(($1 - 1))) + $(fib $(($1 - 2))) )); }
fib 10
outer() { local v=outer; inner; echo "$v"; }
inner() { v=changed; echo "${FUNCNAME[*]} ${#BASH_LINENO[@]}"; }
outer
export -f inner
bash -c 'v=x; inner; echo $v'
set -o pipefail
false | true; echo "pipefail $? ${PIPESTATUS[*]}"
true | (exit 3) | (exit 4) | cat; echo "${PIPESTATUS[@]}"
set -u; (echo "$undefined") 2>/dev/null; echo "unset: $?"; set +u
eval 'echo $(( 1 + 1 ))'
source /dev/stdin <<<'echo sourced; sv=1'
echo "sv $sv"
while getopts ab:c o -a -b val -c; do echo "$o ${OPTARG-}"; done
exec 3<<<"line one
line two"
read -r -u 3 l; echo "$l"; read -r -u 3 l; echo "$l"; read -r -u 3 l || echo "end"
time -p true 2>&1 >/dev/null | sed 's/[0-9].*//' 
{ time -p true; } 2>&1 | sed 's/[0-9].*//'
ulimit -n 50; ulimit -n
select w in red green; do echo "chose $w"; break; done <<<2 2>/dev/null
read -t 0.2 x < <(sleep 1); echo "read: $(( $? > 128 ))"

== startup
env: ENV=/tmp/w/envfile
--
echo 'echo from rc; alias hi="echo hello"' >rc
bash --rcfile rc -i -c 'hi' 2>/dev/null
echo 'echo from env' >envfile
BASH_ENV=/tmp/w/envfile bash -c 'echo main'
bash -lc 'echo login $0; shopt -q login_shell && echo yes'
bash -n -c 'if' 2>/dev/null; echo $?
bash -c 'echo "$0 $# $*"' name a 'b c'
bash nothere 2>/dev/null; echo $?
bash -c nothere 2>/dev/null; echo $?
bash -c /tmp 2>/dev/null; echo $?
echo 'echo piped $#; read x; echo "got $x"
data' | bash -s a b
printf '#!/bin/bash -e\necho script "$@"\nfalse\necho never\n' >s; chmod +x s; ./s 1 2; echo $?
cd /usr/lib; cd - >/dev/null; pushd /etc >/dev/null; dirs; popd >/dev/null; pwd
hash -r; type -t cd ls if inner nope; command -v bash
umask 027; touch m; stat -c %a m; umask -S
exec -a other bash -c 'echo $0; head -zn1 /proc/$$/cmdline | tr "\0" "\n"'


== terminal
packages: bash expect
limit: 60
--
cat >typist <<'END'
log_user 0
set timeout 60
set stty_init "rows 24 cols 80"
set env(TERM) dumb
set env(PS1) "ready#> "
proc type {keys} {
	send -- $keys
	expect -re {(.*)ready#> (?:\x1b\[\?2004h)?$} {
		set out $expect_out(1,string)
		regsub -all {\r|\x1b\[\?[0-9]+[hl]|\x07} $out "" out
		puts "\[$out\]"
	} timeout { puts "no prompt: [list $expect_out(buffer)]" } eof { puts ended }
}
eval spawn $argv
expect -re {ready#> (?:\x1b\[\?2004h)?$}
type "orld\x01echo w\r"
type "echo one two\r"
type "\x1b\[A\x17three\r"
type "cat /etc/debian_v\t\r"
type "!echo\r"
type "cat <<X\rheredoc\rX\r"
type "echo a | cat && (exit 4)\r"

send "sleep 50\r"; after 1000
type "\x1a"
type "jobs\r"
send "fg\r"; after 1000
type "\x03"
type "echo status \$?\r"

type "history | tail -2\r"
send "exit 3\r"
expect eof
puts [lindex [wait] 3]
END
expect typist bash --norc --noprofile -i
