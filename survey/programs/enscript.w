program: enscript
packages: enscript

== filter
--
seq 1 200 >text
enscript -q -B -p out.ps text && grep -c showpage out.ps
enscript -q -B -I 'head -5 %s' -p - text | grep -c '^('
