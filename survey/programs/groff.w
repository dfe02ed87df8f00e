# groff: preprocessors, formatter and driver in a pipeline
program: groff
packages: groff

== document
--
printf '.TS\nc c.\na\tb\n1\t2\n.TE\n.EQ\nx sup 2\n.EN\n.PP\nSome text here.\n' >d.ms
groff -t -e -ms -Tutf8 d.ms | grep -v '^$'
groff -t -e -ms -Tps d.ms | head -1
