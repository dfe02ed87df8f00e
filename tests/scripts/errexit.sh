# set -e, set -u, exit statuses, conditionals, functions and loops.
sh -ec 'echo a; false; echo b'; echo "status $?"
sh -ec 'if false; then :; fi; false || true; ! true; echo reached'; echo "status $?"
sh -ec 'f() { false; echo not reached; }; f'; echo "status $?"
sh -ec 'x=$(false); echo not reached'; echo "status $?"
sh -ec '(false); echo not reached'; echo "status $?"
sh -ec 'false | true; echo reached'; echo "status $?"
sh -uc 'echo $undefined; echo not reached' 2>/dev/null; echo "status $?"
sh -c 'nosuchcommand' 2>/dev/null; echo "status $?"
sh -c '/' 2>/dev/null; echo "status $?"
sh -c '/etc/passwd' 2>/dev/null; echo "status $?"
sh -c 'exit 300'; echo "status $?"
sh -c 'exec true'; echo "status $?"
sh -c 'exec nosuchcommand' 2>/dev/null; echo "status $?"
sh -nc 'if' 2>/dev/null; echo "status $?"
sh -c 'syntax (' 2>/dev/null; echo "status $?"
for i in 1 2 3 4 5; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done
for i in a b; do for j in 1 2 3; do [ $j = 2 ] && continue 2; echo $i$j; done; done
case abc in a*) echo glob;; *) echo other;; esac
case x in y|x) echo alternative;; esac
i=3; until [ $i -eq 0 ]; do echo $i; i=$((i - 1)); done
f() { return 9; }; f; echo "returned $?"
f() { for x; do echo "[$x]"; done; shift; echo "$# $*"; }; f 'a b' c d
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }; fact 12
x=abcdef; echo ${x#abc} ${x%def} ${x##*c} ${x%%c*} ${#x} ${x:2:3} ${x/cd/XX} ${y:-default} ${x:+set}
echo $((5 / 2)) $((5 % 2)) $((-5 / 2)) $((1 << 10)) $((0x1f)) $((7 > 3 && 2 > 1)) $((i = 5, i * 2))
set -- one two three; echo "$@" "$#" "${2}"; shift 2; echo "$1"
IFS=:; set -- $(echo a:b:c); echo "$#"; unset IFS
eval 'z=evaluated'; echo $z; command -v true; type cd
test -d / -a -e /bin/sh && [ ! -f / ] && echo tests
[ 10 -gt 9 ] && [ abc \< abd ] && [ -z "" ] && [ -n x ] && echo comparisons
read a b <<END
first second third
END
echo "$a|$b"; printf '%s\n' 'a\tb' "c	d"; echo -e 'e\tf\n'; getopts ab:c opt -b val; echo $opt $OPTARG
