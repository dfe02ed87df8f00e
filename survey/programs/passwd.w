# useradd, chpasswd, su: accounts by hand
program: passwd
packages: passwd login util-linux

== useradd
--
useradd -m -s /bin/sh one
echo one:secret | chpasswd
groupadd team
usermod -aG team one
id -nG one
su one -c 'id -un; pwd; echo $HOME'
su - one -c 'cd; pwd; umask'
userdel -r one; id one 2>&1; ls /home
