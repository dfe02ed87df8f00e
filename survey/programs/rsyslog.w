program: rsyslog
packages: rsyslog bsdutils

== log
limit: 60
--
printf 'module(load="imuxsock")\ntemplate(name="t" type="string" string="%%syslogtag%%%%msg%%\\n")\n*.* action(type="omfile" file="/tmp/w/log" template="t")\n' >c
rsyslogd -f /tmp/w/c -i /tmp/w/pid
for i in $(seq 50); do [ -S /dev/log ] && break; sleep 0.1; done
logger -t tag first; logger -t tag second
for i in $(seq 50); do grep -q second log 2>/dev/null && break; sleep 0.1; done
grep ^tag log; kill $(cat pid)
