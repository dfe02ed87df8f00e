program: rc
packages: rc

== script
--
cat >a.rc <<'S'
for (i in 1 2 3) echo $i | tr 123 abc
x = `{seq 3}
echo $#x $x(2)
fn f { echo $1; return 3 }
f arg
echo $status
S
rc a.rc
