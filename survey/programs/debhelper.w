# a small package from its sources, as its maintainer builds it
program: debhelper
packages: debhelper dpkg-dev fakeroot make
memory: 768M
limit: 240

== package
--
mkdir -p p/debian/source && cd p
printf 'flat (1) unstable; urgency=low\n\n  * First.\n\n -- a <a@b.c>  Thu, 01 Jan 2020 00:00:00 +0000\n' >debian/changelog
printf 'Source: flat\nSection: misc\nPriority: optional\nMaintainer: a <a@b.c>\nBuild-Depends: debhelper-compat (= 13)\nStandards-Version: 4.6.0\n\nPackage: flat\nArchitecture: all\nDescription: test\n text\n' >debian/control
printf '#!/usr/bin/make -f\n%%:\n\tdh $@\n' >debian/rules; chmod 755 debian/rules
echo '3.0 (native)' >debian/source/format; echo 'file usr/share/flat' >debian/flat.install; echo x >file
dpkg-buildpackage -us -uc -b -d >log 2>&1; echo $?; dpkg-deb -c ../flat_1_all.deb | awk '{ print $6 }' | grep flat/
