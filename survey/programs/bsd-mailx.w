# mail to a local spool through a delivery program
program: bsd-mailx
packages: bsd-mailx

== send
--
printf '#!/bin/sh\ncat >/tmp/w/spool; echo "to: $*" >>/tmp/w/spool\n' >/tmp/w/sendmail; chmod 755 /tmp/w/sendmail
printf 'set sendmail=/tmp/w/sendmail\n' >/root/.mailrc
echo 'body text' | mail -s subject someone@example.org
for i in 1 2 3 4 5 6 7 8 9 10; do [ -s spool ] && break; sleep 0.2; done; sleep 0.3
grep -E '^(Subject|To|to|body)' spool

== read
--
printf 'From a@b Thu Jan  1 00:00:00 1970\nFrom: a@b\nSubject: one\n\nfirst\n\nFrom a@b Thu Jan  1 00:00:01 1970\nFrom: a@b\nSubject: two\n\nsecond\n\n' >box
printf 'p 2\n| 1 cat\n!echo shell\nx\n' | mail -N -f box | grep -E 'first|second|shell|Subject'
