program: aspell
packages: aspell aspell-en

== check
--
echo 'This is a tset of speling' | aspell list -l en; echo 'tset' | aspell -a -l en | cut -c1-20 | tail -2
