program: fio
packages: fio
memory: 512M
limit: 60

== jobs
--
fio --name=j --numjobs=3 --size=1M --rw=randwrite --bs=4k --ioengine=psync --directory=/tmp/w --minimal --group_reporting >out; echo $?; wc -l <out; ls | grep -c '^j\.'
