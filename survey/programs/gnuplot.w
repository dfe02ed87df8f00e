program: gnuplot
packages: gnuplot-nox
memory: 512M

== pipes
--
printf "set terminal dumb 60 15\nplot '< seq 10' notitle\nprint system('echo from shell')\n" | gnuplot 2>&1 | grep -v '^ *$'
