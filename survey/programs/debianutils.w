# run-parts: runs all scripts of a folder
program: debianutils
packages: debianutils

== run-parts
--
mkdir d
for i in 1 2 3 4 5; do printf '#!/bin/sh\necho part %s: $1\nexit $((%s == 4))\n' $i $i >d/0$i; chmod 755 d/0$i; done
run-parts --arg=x d; echo $?
run-parts --report --exit-on-error --arg=x d; echo $?
run-parts --test d
