program: moreutils
packages: moreutils

== tools
--
seq 3 | pee 'cat' 'wc -l' | sort; chronic sh -c 'echo shown; exit 3'; echo $?; chronic echo hidden
echo x | ifne cat; printf '' | ifne echo no; echo y >f; echo z | sponge f; cat f
mispipe 'exit 4' cat; echo $?
