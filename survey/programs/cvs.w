program: cvs
packages: cvs

== repository
--
export CVSROOT=/tmp/w/root CVSEDITOR=true LOGNAME=root
cvs init && mkdir root/m && cvs -Q co m && cd m
echo 1 >f && cvs -Q add f && cvs -Q ci -m one && echo 2 >>f && cvs -Q ci -m two
cvs -Q log f | grep -E '^(revision|one|two)'; cvs -Q annotate f 2>/dev/null | sed 's/(.*)//'
cvs -Q diff -r1.1 -r1.2 f | grep '^>'
