# zsh: its arrays, globs, hooks, process substitution and modules.
program: zsh
packages: zsh coreutils sed
shell: /bin/zsh

== language
--
a=(one 'two words' three); print -l $a[2] $#a ${(U)a[1]} ${(j:-:)a} ${a[-1]}
typeset -A h=(x 1 y 2); for k v in ${(kv)h}; do print $k=$v; done | sort
mkdir -p d/e; touch d/a.c d/e/b.c d/z; chmod 600 d/z
print -l **/*.c(N) d/*(/) nothing*(N)
print ${${:-/usr/lib/x.so}:t:r} ${(s:,:)${:-a,b,c}} ${(q)${:-it\'s}}
print {1..5} {a..c}{x,y} $((3.0 / 2)) $(( [#16] 255 ))
f() { emulate -L zsh; setopt localoptions extendedglob; [[ abc == a(#i)B* ]] && print glob; return 2 }
f || print $?
paste =(seq 3) <(seq 4 6)
print one two > >(sed 's/^/out: /'); sleep 0.3
echo multi >m1 >m2; cat m1 m2
repeat 3 print -n x; print
{ print try; false } always { print always }
setopt err_return; g() { false; print never }; g || print returned
print ${(l:5::0:)42} ${(r:4::.:)ab}| cat
printf '%s\n' "${(@f)$(seq 3)}"
print ${pipestatus:-none}; true | false | true; print $pipestatus

== modules
--
zmodload zsh/datetime zsh/stat zsh/mathfunc zsh/system zsh/net/socket zsh/zpty
(( EPOCHSECONDS > 1000000000 )) && print clock
echo 12345 >file; zstat +size file
print $(( int(sqrt(144)) ))
sysread -i 0 -s 5 x <<<'hello world'; print $x
zsocket -l sock; l=$REPLY
(zsocket sock; print -u $REPLY 'over a socket'; exec {REPLY}>&-) &
zsocket -a $l; read -u $REPLY line; print $line; wait
zpty p 'read x; print got $x'
zpty -w p 'typed'
zpty -r p out; print ${out%%[[:cntrl:]]*}
zpty -d p
autoload -Uz zmv add-zsh-hook; touch a.txt b.txt; zmv '(*).txt' '$1.md'; print *.md
coproc sed -u 's/^/co: /'; print -p hello; read -p r; print $r
TRAPUSR1() { print trapped $1 }; kill -USR1 $$
zsh -c 'kill -KILL $$'; print $?

== jobs
--
cat >script <<'END'
sleep 30 & sleep 31 &
print ${#jobstates} ${jobstates[1]%%:*}
kill -STOP %1; sleep 0.3; print ${jobstates[1]%%:*}
kill -CONT %1; kill %1 %2; wait; print "all $?"
(sleep 0.2; exit 7) & wait $!; print $?
for i in {1..20}; do (print $i) & done | sort -n | tail -1
sched +0 true 2>/dev/null
limit descriptors 100 2>/dev/null; ulimit -n 90; ulimit -n
print done
END
zsh -m script

== terminal
packages: zsh expect
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
type "bindkey -e\r"
type "orld\x01print w\r"
type "print one two\r"
type "\x10 three\r"
type "cat <<X\rheredoc\rX\r"

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
expect typist zsh -f -i -o no_prompt_sp -o no_prompt_cr
