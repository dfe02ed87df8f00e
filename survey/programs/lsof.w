program: lsof
packages: lsof

== own
--
echo x >f; exec 7<f
lsof -a -p $$ -d 7 -F fn | tail -2; lsof -t f | wc -l
