# Command substitution, nested and large.
echo $(echo $(echo $(echo $(echo $(echo $(echo $(echo $(echo $(echo deep)))))))))
n=0
nest() { if [ $1 -eq 0 ]; then echo bottom; else echo "$1 $(nest $(($1 - 1)))"; fi; }
nest 10
x=`echo \`echo backquoted\``; echo "$x"
seq 20000 >BIG
x=`cat BIG`; echo "${#x}"
y=$(cat BIG); [ "$x" = "$y" ] && echo same
z=$(<BIG); echo "${#z}"
set -- $x; echo "$# words, last $(eval echo \${$#})"
v=outer; w=$(v=inner; echo $v); echo "$v $w"
echo "$(printf 'trailing\n\n\n')|"
echo "status $(exit 7)$?"
s=$(exit 9); echo "status $?"
s=$(false || echo rescued); echo $s
for f in $(seq 50); do r=$(echo $f); done; echo "last $r"
echo "$(cat <<END
here $((6 * 7)) and $(echo there)
END
)"
count=0; while [ $count -lt 100 ]; do count=$(expr $count + 1); done; echo $count
echo $(seq 10 | while read i; do echo -n "$(echo $i)$(echo ,)"; done)
a=$( (echo subshell) ); echo "$a"
b=$(echo err >&2) 2>errfile; cat errfile; echo "b=$b"
