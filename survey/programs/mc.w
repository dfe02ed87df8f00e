program: mc
packages: mc zip unzip

== archives
--
mkdir d; echo x >d/f; zip -qr a.zip d
/usr/lib/mc/extfs.d/uzip list /tmp/w/a.zip | awk '{ print $NF }'
/usr/lib/mc/extfs.d/uzip copyout /tmp/w/a.zip d/f out; cat out; mc -V | head -1
