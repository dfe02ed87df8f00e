# procmail and formail: sorting of mail by filters that are programs
program: procmail
packages: procmail

== sort
--
printf 'From a@b Thu Jan  1 00:00:00 1970\nFrom: a@b\nSubject: list one\n\nfirst\n\nFrom a@b Thu Jan  1 00:00:01 1970\nFrom: a@b\nSubject: other\n\nsecond\n\n' >box
printf 'MAILDIR=/tmp/w\nSHELL=/bin/sh\nDEFAULT=/tmp/w/inbox\nLOGFILE=/tmp/w/log\n:0 fw\n| sed s/second/SECOND/\n:0:\n* ^Subject: list\nlists\n:0 c\n| wc -l >>/tmp/w/lines\n' >rc
formail -s procmail ./rc <box
grep -c . lists inbox; grep SECOND inbox; cat lines
formail -x Subject: <lists
