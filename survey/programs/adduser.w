# adduser and deluser: accounts, as package scripts make them
program: adduser
packages: adduser

== accounts
--
adduser --system --group --no-create-home --quiet svc
adduser --disabled-password --gecos 'A User' --quiet someone
id svc | sed 's/=[0-9]*/=N/g'
getent passwd someone | cut -d: -f1,5,6,7
ls -A /home/someone | grep -c bash
deluser --quiet someone
getent passwd someone; echo $?
