program: yash
packages: yash

== script
--
printf 'for i in 1 2 3; do (echo $i); done | sort -r\nx=$(seq 3 | wc -l); echo $x\nsleep 0.1 & wait; echo done\n(exit 5); echo $?\n' >a.sh
yash a.sh
