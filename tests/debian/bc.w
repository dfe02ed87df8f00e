# bc: long numbers, functions, and dc.
program: bc
packages: bc dc coreutils dash

== calculate
--
bc -l <<X
scale=30; 4*a(1)
2^200; define f(n) {
if (n<2) return (n)
return (f(n-1)+f(n-2))
}
f(15); sqrt(2); ibase=16; FF; obase=2; A
for (i=0;i<3;i++) i
X
echo '1/0' | bc; echo $?; echo 'scale=500; e(1)' | bc -l | md5sum; dc -e '2 100^p 10k 2v p [la1-dsa0<x]sx 5sa lxx la p 16o255p'; dc -e '!echo shell' 2>&1; echo 'quit' | bc; echo $?
