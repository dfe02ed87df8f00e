program: doas
packages: doas

== other
--
echo 'permit nopass root as nobody' >/etc/doas.conf; chmod 400 /etc/doas.conf
doas -u nobody id -un; doas -u nobody sh -c 'exit 4'; echo $?
