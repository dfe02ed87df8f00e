program: mercurial
packages: mercurial
memory: 512M
limit: 90

== repository
--
export HGUSER=a HGRCPATH=
hg init r && cd r
for i in 1 2 3; do echo $i >>f; hg add -q f 2>/dev/null; hg commit -q -m "c$i" -d "$i 0"; done
hg log -T '{rev} {desc} {node|short}\n'
hg clone -q . ../s && hg -R ../s verify -q && cat ../s/f
printf '[hooks]\nprecommit = echo hook\n' >>.hg/hgrc
echo 4 >>f && hg commit -m c4 -d '4 0'
hg bisect -q --reset; hg bisect --bad 3; hg bisect --good 0; hg bisect -c 'grep -qv 3 f' 2>&1 | tail -1
