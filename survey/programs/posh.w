program: posh
packages: posh

== script
--
printf 'for i in 1 2 3; do (echo $i); done | sort -r\nx=$(seq 3 | wc -l); echo $x\n(exit 5); echo $?\n' >a.sh
posh a.sh
