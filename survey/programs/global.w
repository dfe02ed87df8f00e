program: global
packages: global
limit: 60

== tags
--
printf 'int f(void) { return 1; }\nint main(void) { return f(); }\n' >a.c; gtags && global -x f | awk '{ print $1, $2, $3 }'; global -rx f | awk '{ print $1, $2 }'
