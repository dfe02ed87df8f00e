# m4: macros, and commands of the shell run by them.
program: m4
packages: m4 coreutils sed dash

== macros
--
m4 <<'X'
define(`greet', `hello $1, $# args: $*')dnl
greet(`world', 2)
define(`fact', `ifelse($1, 0, 1, `eval($1 * fact(decr($1)))')')fact(10)
define(`for', `ifelse(eval($2 > $3), 1, `', `pushdef(`$1', $2)$4`'popdef(`$1')for(`$1', incr($2), $3, `$4')')')for(`i', 1, 5, `<i>')
syscmd(`echo shell')sysval esyscmd(`printf 42')
divert(1)later
divert(0)translit(abc, a-c, A-C) len(hello) substr(hello, 1, 3) index(hello, l) regexp(`abc123', `[0-9]+', `\&')
patsubst(`a.b.c', `\.', `/') format(`%05d', 42)
include(`/etc/debian_version')undivert(1)
changequote([, ])[quoted] dumpdef([greet])
X
echo $?; echo 'm4exit(3)' | m4; echo $?; echo 'X`'"'" | m4 -DX=defined; seq 2000 | sed 's/.*/define(`m&'"'"', `&'"'"')m&/' | m4 | tail -1; echo 'include(nothere)' | m4; echo $?
