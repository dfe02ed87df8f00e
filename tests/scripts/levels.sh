# Variables, folders and options changed in subshells stay there, four levels deep.
v=0
( v=1; ( v=2; ( v=3; ( v=4; echo "level 4: $v" ); echo "level 3: $v" ); echo "level 2: $v" ); echo "level 1: $v" ); echo "level 0: $v"
v=0; (v=1; cat /dev/null; (v=2; cat /dev/null; (v=3; sleep 0.01; (v=4; sleep 0.01; echo $v); echo $v); echo $v); echo $v); echo $v
( cd /; pwd; ( cd bin; pwd; ( cd ..; pwd ); pwd ); pwd ); [ "$PWD" = "$OLD" ] || echo "here again"
f() { local v=local; (v=sub; echo $v); echo $v; }; f; echo $v
big=$(seq 2000); (big=; echo "${#big}"); echo "${#big}"
( set -f; echo * | head -c 1; echo; ( set +f; : ) ); touch x; echo *
(umask 077; umask; (umask 022; umask); umask); umask
echo "$v" | (read w; v=$w; v=5; echo $v); echo $v
a=1; { a=2; }; echo $a; { a=3; } | cat; echo $a
(exit 5); echo $?; ( (exit 6); echo $?; exit 7 ); echo $?
i=0; while [ $i -lt 30 ]; do (i=999; v=$i); i=$((i + 1)); done; echo $i $v
export E=1; (export E=2; sh -c 'echo $E'; (unset E; sh -c 'echo [$E]')); sh -c 'echo $E'
alias ll='echo alias'; (unalias ll 2>/dev/null; echo gone)
g() { if [ $1 -gt 0 ]; then (n=$1; g $(($1 - 1)); echo "$n $1"); fi; }; g 8
