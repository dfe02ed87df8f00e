program: apt
packages: apt apt-utils dpkg
memory: 512M
limit: 90

== local
--
mkdir -p repo p/DEBIAN && printf 'Package: flat\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: test\n' >p/DEBIAN/control
dpkg-deb --root-owner-group --build p repo/flat.deb >/dev/null
(cd repo && apt-ftparchive packages . >Packages)
rm -f /etc/apt/sources.list.d/*; echo 'deb [trusted=yes] file:/tmp/w/repo ./' >/etc/apt/sources.list
apt-get -qq update 2>&1 | grep -v ^W; apt-cache policy flat | grep Candidate
apt-get -qq -y install flat >/dev/null 2>&1; echo $?; dpkg-query -W -f '${Status}\n' flat
apt-get -qq -y purge flat >/dev/null 2>&1; dpkg-query -W flat 2>&1 | tail -1
