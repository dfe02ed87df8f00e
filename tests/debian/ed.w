# ed: a session of editing with commands of the shell.
program: ed
packages: ed coreutils dash

== session
--
printf 'one\ntwo\nthree\n' >f
ed -s f <<'X'
,n
2s/two/2/
$a
four
.
1,2m$
g/o/p
!echo from the shell
r !seq 2
w
w !wc -l
q
X
cat f; echo $?; ed nothere </dev/null; echo $?; red -s f 2>&1 <<X
!ls
X
