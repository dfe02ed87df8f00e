program: ninja-build
packages: ninja-build

== graph
--
printf 'rule up\n command = tr a-z A-Z <$in >$out\nrule cat\n command = cat $in >$out\n' >build.ninja
for i in 1 2 3 4 5 6 7 8; do echo "word $i" >in$i; printf 'build out%s: up in%s\n' $i $i >>build.ninja; done
echo 'build all.txt: cat out1 out2 out3 out4 out5 out6 out7 out8' >>build.ninja
ninja -j4 >/dev/null; cat all.txt; ninja
printf 'rule no\n command = exit 3\nbuild x: no in1\n' >>build.ninja
ninja x >/dev/null; echo $?
