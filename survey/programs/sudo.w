program: sudo
packages: sudo

== other
--
useradd -m u 2>/dev/null; echo 'u ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/u; chmod 440 /etc/sudoers.d/u
sudo -u u id -un; sudo -u u sh -c 'sudo -n id -un'; sudo -u u sudo -n -u nobody sh -c 'id -un; exit 6'; echo $?
sudo -n env | grep ^SUDO_ | sort
