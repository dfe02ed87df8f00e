program: fakeroot
packages: fakeroot

== ids
--
fakeroot sh -c 'touch f; chown 12:34 f; stat -c "%u %g" f; mknod n c 1 3; stat -c %F n; tar cf t f n'
tar tvf t | awk '{ print $1, $2 }'; stat -c '%F' n
