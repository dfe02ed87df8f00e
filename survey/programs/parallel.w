program: parallel
packages: parallel
memory: 512M
limit: 120

== jobs
--
export PARALLEL_HOME=/tmp/w/p; mkdir -p p; touch p/will-cite
seq 12 | parallel -j4 -k 'echo {} squared $(({} * {}))'
parallel -k echo {1}{2} ::: a b ::: 1 2
seq 100 | parallel --pipe -N25 -k wc -l; parallel --halt now,fail=1 ::: true false 2>/dev/null; echo $?
