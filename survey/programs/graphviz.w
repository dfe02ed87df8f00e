program: graphviz
packages: graphviz
memory: 512M

== layout
--
printf 'digraph { a -> b; b -> c; a -> c }' | dot -Tplain | cut -d' ' -f1,2 | sort | uniq -c | awk '{ print $1, $2, $3 }'
