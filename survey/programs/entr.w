program: entr
packages: entr

== once
--
echo 1 >f; ls f | entr -n -z sh -c 'echo ran; exit 3'; echo $?
