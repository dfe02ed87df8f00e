program: rcs
packages: rcs

== revisions
--
echo 1 >f && ci -q -u -t-desc -m1 f && co -q -l f && echo 2 >>f && ci -q -u -m2 f
rlog f | grep ^revision; rcsdiff -q -r1.1 -r1.2 f; co -q -p1.1 f
printf '1\nx\n' >a; printf '1\n' >o; printf '0\n1\n' >b; merge -p a o b
