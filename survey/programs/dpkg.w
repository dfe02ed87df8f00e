# dpkg: builds packages, installs, configures and removes them; maintainer scripts run
program: dpkg
packages: dpkg

== build
--
mkdir -p p/DEBIAN p/usr/share/flat
printf 'Package: flat\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: test\n' >p/DEBIAN/control
echo hello >p/usr/share/flat/file
dpkg-deb --root-owner-group --build p p.deb >/dev/null
dpkg-deb --contents p.deb | awk '{ print $1, $2, $6 }'
dpkg-deb --field p.deb Package Version

== install
--
mkdir -p p/DEBIAN p/usr/share/flat
printf 'Package: flat\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: test\n' >p/DEBIAN/control
for s in preinst postinst prerm postrm; do
	printf '#!/bin/sh\nset -e\necho "%s $1"\nls / | wc -l >/dev/null\n' $s >p/DEBIAN/$s
	chmod 755 p/DEBIAN/$s
done
echo hello >p/usr/share/flat/file
dpkg-deb --root-owner-group --build p p.deb >/dev/null
dpkg -i p.deb | grep -E '^(pre|post)'
cat /usr/share/flat/file
dpkg-query -W -f '${Package} ${Version} ${Status}\n' flat
dpkg -r flat | grep -E '^(pre|post)'
dpkg -P flat 2>&1 | grep -E '^(pre|post)'
ls /usr/share/flat 2>&1
