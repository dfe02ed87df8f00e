# Pipelines of builtins and programs, short and long.
seq 5000 | while read x; do echo "$x"; done | tail -1
seq 1 20000 | sort -rn | head -3
seq 3000 | (total=0; while read n; do total=$((total + n)); done; echo "total $total")
echo one two three | { read a b c; echo "$c $b $a"; }
seq 10 | cat | cat | cat | cat | cat | cat | cat | cat | tr '\n' ' '; echo
yes | head -1000 | wc -l
yes abc | head -c 100000 | wc -c
true | false; echo "status $?"
false | true; echo "status $?"
! true; echo "status $?"
! false | false; echo "status $?"
set -o pipefail; false | true; echo "pipefail $?"; set +o pipefail
seq 100000 | sha256sum
dd if=/dev/zero bs=1000 count=300 2>/dev/null | md5sum
seq 1000 | awk '{ s += $1 } END { print s }' | sed 's/^/sum /'
for i in 1 2 3; do echo $i; done | while read i; do for j in a b; do echo $i$j; done; done | sort -r | paste -s -d, -
seq 200 | xargs -n 7 echo | wc -l
echo hello | tee a b c | cat; cat a b c | sort -u
{ echo out; echo err >&2; } 2>&1 >/dev/null | sed 's/^/caught /'
{ seq 5; seq 3 >&2; } 2>err | tail -1; cat err
i=0; while [ $i -lt 200 ]; do i=$((i + 1)); echo $i; done | tail -n 2
(exit 3) | (exit 4); echo "status $?"
seq 20 | { head -2; cat; } | tail -1 | wc -l
