# mksh: the Korn shell's own ways.
program: mksh
packages: mksh coreutils sed
shell: /bin/mksh

== language
--
set -A a one 'two words' three
print -r -- "${#a[*]} ${a[1]}"
typeset -i16 hex=255; print $hex
typeset -u up=shout; print $up
typeset -Z5 z=42; print $z
integer n=0; while (( n < 5 )); do (( n += 2 )); done; print $n
function f { typeset x=local; print "$0 $x"; return 3; }
f; print $?
x=global; nameref r=x; r=changed; print $x
print ${x@Q} ${x/g/G} "${x:2:3}" ${#x}
case abc in (a*) print match;; esac
select w in a b; do print "picked $w"; break; done <<<2 2>/dev/null
print -u2 err 2>&1 | sed 's/^/[/'
IFS=, read -rA parts <<<'p,q,r'; print ${parts[2]}
print ${|REPLY=valsub;} "${ print funsub; }"
[[ foo == @(foo|bar) ]] && print pattern
print $((1#a)) $((16#ff)) ${RANDOM:+random}
typeset -f f

== coprocess
--
sed -u 's/^/answer: /' |&
print -p hello
read -rp line; print "$line"
print -p again
read -rp line; print "$line"
exec 3>&p; exec 3>&-
wait; print $?
print -r "$(<<<'here')" "$(cat <<-END
	tabs gone
	END
)"
(sleep 0.2; exit 6) & wait $!; print $?
trap 'print trap' USR1; kill -USR1 $$
trap 'print exit' EXIT


== terminal
packages: mksh expect
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
	# At the start of a line: to show a line of the history, the shell draws its prompt again.
	expect -re {(.*)\nready#> (?:\x1b\[\?2004h)?$} {
		set out $expect_out(1,string)
		regsub -all {\r|\x1b\[\?[0-9]+[hl]|\x07} $out "" out
		puts "\[$out\]"
	} timeout { puts "no prompt: [list $expect_out(buffer)]" } eof { puts ended }
}
eval spawn $argv
expect -re {ready#> (?:\x1b\[\?2004h)?$}
type "set -o emacs\r"
type "echo on\x7fe\r"
type "print one two\r"
type "\x10\x05 three\r"

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
expect typist mksh -i
