program: lsof
packages: lsof

== own
--
sleep 100 <f 2>/dev/null & echo x >f; exec 7<f
lsof -a -p $$ -d 7 -F fn | tail -2; lsof -t f | wc -l; kill $! 2>/dev/null; true
