program: anacron
packages: anacron

== jobs
--
mkdir spool
printf 'SHELL=/bin/sh\n1 0 one echo one >>/tmp/w/out\n7 0 two sh -c "exit 3"; echo two >>/tmp/w/out\n' >tab
anacron -d -f -s -n -t /tmp/w/tab -S /tmp/w/spool 2>/dev/null; cat out; ls spool
