# dash: /bin/sh of Debian, what its scripts do.
program: dash
packages: dash coreutils sed grep
shell: /bin/dash

== configure
--
# Like the script that a package's configure is.
cache=config.cache
check() {
	printf 'checking for %s... ' "$1"
	eval "known=\${have_$2+set}"
	if [ "$known" = set ]; then echo '(cached)'; return; fi
	if (eval "$3") >/dev/null 2>&1; then r=yes; else r=no; fi
	eval "have_$2=$r"
	echo $r
	echo "have_$2=$r" >>$cache
}
check 'a working cat' cat 'test "$(echo x | cat)" = x'
check 'nothere' nothere 'nothere --version'
check 'sed with -E' sed 'echo ab | sed -E "s/(a)(b)/\2\1/" | grep -q ba'
check 'a working cat' cat false
IFS=:; for d in $PATH; do [ -x "$d/env" ] && { echo "env in $d"; break; }; done; unset IFS
cat $cache
. ./$cache; echo "$have_cat $have_nothere"
sed -e 's/@cat@/yes/' -e '/@no@/d' >out <<END
cat: @cat@
no: @no@
home: ${HOME}
END
cat out
as_echo='printf %s\n'; $as_echo 'done'
test -d /usr -a ! -f /usr && echo dir
( exit 3 ); echo $?

== pipelines
--
seq 1000 | sed -n 's/7/x/gp' | sort | uniq -c | awk '{s+=$1} END {print s}' 2>/dev/null || echo 'no awk'
{ echo out; echo err >&2; } 2>&1 >/dev/null | sed 's/^/caught: /'
mkfifo p; (cat <p | tr a-z A-Z) & echo through the pipe >p; wait
i=0; while [ $i -lt 200 ]; do i=$((i+1)); x=$(echo $i); done; echo $x
n=$(for i in 1 2 3; do (for j in 1 2 3; do echo $i$j; done) & done | wc -l); echo $n
echo a b c | { read -r x y; echo "$y/$x"; }
set -e; if false; then :; fi; ! true; false || echo 'still here'; (false; echo never) || echo 'or'

== signals
--
trap 'echo "bye $?"' EXIT
trap 'echo hup' HUP; kill -HUP $$
sh -c 'kill -TERM $$'; echo $?
sh -c 'trap "exit 5" TERM; kill -TERM $$; sleep 5'; echo $?
(trap 'echo int' INT; kill -INT $(sh -c 'echo $PPID')); echo $?
sleep 50 & p=$!; kill $p; wait $p; echo $?
kill -0 $p 2>/dev/null || echo gone
kill -l 9; kill -l TERM 2>/dev/null
ulimit -c 0; sh -c 'kill -ABRT $$' 2>/dev/null; echo $?
timeout 0.2 sleep 5; echo $?
yes | head -1; sh -c 'yes; echo $? >&2' 2>status | head -1; cat status
exit 4

== jobs
tty: yes
--
set -m
sleep 40 & sleep 41 &
jobs | sed 's/ *$//' | tr -d '\r'
kill %1 %2; wait
sh -mc 'sleep 0.2; echo "foreground"'
(sleep 0.2; exit 6) & wait $!; echo $?

== terminal
packages: dash expect
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
type "echo on\x7fe\r"
type "echo gone\x15echo kept\r"
type "cat\rline\r\x04"

send "sleep 50\r"; after 1000
type "\x1a"
type "jobs\r"
send "fg\r"; after 1000
type "\x03"
type "echo status \$?\r"
send "exit 3\r"
expect eof
puts [lindex [wait] 3]
END
expect typist dash -i
