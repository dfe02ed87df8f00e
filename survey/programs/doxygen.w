program: doxygen
packages: doxygen graphviz
memory: 768M
limit: 90

== graphs
--
printf '/** A. */ struct A { int x; };\n/** B. */ struct B : A { };\n' >a.hpp
doxygen -s -g c >/dev/null; printf 'QUIET=YES\nHAVE_DOT=YES\nDOT_NUM_THREADS=2\nGENERATE_LATEX=NO\nEXTRACT_ALL=YES\nINPUT=a.hpp\n' >>c
doxygen c 2>/dev/null; echo $?; ls html | grep -cE 'struct(_a|_b|A|B).*png'
