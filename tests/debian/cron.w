# cron: jobs of root and of a user at the start and at the full minute, crontab -e's way of installing them
program: cron
packages: cron
memory: 256M

== reboot
limit: 40
--
chmod 777 .
cat >tab <<'EOF'
SHELL=/bin/sh
GREETING=hello
@reboot id -un >/tmp/w/who; echo "$GREETING from $LOGNAME in $PWD" >/tmp/w/where
@reboot cat >/tmp/w/input%line one%line two%
EOF
crontab tab
crontab -l | cksum
crontab -u nobody - <<'EOF'
@reboot id >/tmp/w/nobody; umask >>/tmp/w/nobody; exit 3
EOF
crontab -u nobody -l
ls -l /var/spool/cron/crontabs | awk 'NR > 1 {print $1, $3, $4, $9}'
printf '99 * * * * true\n' | crontab -
echo "status $?"
cron -f -L 7 &
for f in who where input nobody; do until [ -s $f ]; do sleep 0.1; done; done
sleep 0.5
cat who where input nobody
cron -f
echo "status $?"
kill $!
wait $!
echo "status $?"
crontab -r
crontab -l
echo "status $?"

== minute
limit: 150
--
chmod 777 .
printf '* * * * * root date +%%S >/tmp/w/second\n' | sed 's/%/\\%/' >/etc/cron.d/test
cron -f &
until [ -s second ]; do sleep 0.5; done
[ "$(cat second)" -lt 10 ] && echo 'early in the minute'
kill $!
