program: zip
packages: zip unzip

== archive
--
mkdir d
for i in 1 2 3; do seq 1000 >d/$i; done
zip -qr a.zip d -T
echo $?
# The order is the file system's.
unzip -l a.zip | awk '{ print $1, $4 }' | grep d/ | sort
zip -q - d/1 | unzip -p /dev/stdin 2>/dev/null | head -1
echo x | zip -q b.zip -
unzip -p b.zip
unzip -t a.zip | tail -1
