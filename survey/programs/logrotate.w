# logrotate: rotates, compresses, runs scripts around it
program: logrotate
packages: logrotate gzip

== rotate
--
mkdir logs
printf '/tmp/w/logs/*.log {\n rotate 2\n compress\n delaycompress\n sharedscripts\n prerotate\n  echo before\n endscript\n postrotate\n  echo after; ls /tmp/w/logs | wc -l >/dev/null\n endscript\n}\n' >conf
chmod 644 conf
for n in 1 2 3 4; do
	echo "$n" >logs/a.log; echo "$n" >logs/b.log
	logrotate -s state -f conf
	ls logs
done
zcat logs/a.log.2.gz
