program: a2ps
packages: a2ps
memory: 512M

== pages
--
seq 1 300 >text
a2ps -q -1 --medium=A4 -o out.ps text && head -1 out.ps && grep -c '^%%Page:' out.ps
