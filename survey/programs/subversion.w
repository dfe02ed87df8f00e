program: subversion
packages: subversion
limit: 60

== repository
--
svnadmin create r
printf '#!/bin/sh\necho "$2 by $3" >>/tmp/w/hook\n' >r/hooks/post-commit; chmod 755 r/hooks/post-commit
svn -q co file:///tmp/w/r c && cd c
for i in 1 2 3; do echo $i >>f; svn -q add --force f; svn -q ci -m "c$i"; done
svn -q up && svn log -q | grep -c '^r'
svn diff -r 1:3 --diff-cmd diff | grep '^>\|^+'
svnadmin dump -q ../r | grep -c Revision-number
sed 's/ by.*//' ../hook
