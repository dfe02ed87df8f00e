program: tcsh
packages: tcsh

== script
--
cat >a.csh <<'S'
foreach i (1 2 3)
  echo $i | tr 123 abc
end
set x = `seq 3`
echo $#x
(exit 3)
echo $status
sleep 0.1 &
wait
S
tcsh -f a.csh | sed 's/\[\([0-9]*\)\] [0-9]*/[\1] N/'
