program: ksh93u+m
packages: ksh93u+m

== script
--
cat >a.ksh <<'S'
typeset -A a; a[x]=1; a[y]=2
print ${!a[@]} | tr ' ' '\n' | sort
seq 3 | while read n; do ((s += n)); done; print $s
print ${ ls / | wc -l >/dev/null; print inner; }
(exit 3); print $?
cat |& print -p hello; read -p l; print got $l
S
ksh a.ksh
