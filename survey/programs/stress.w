program: stress
packages: stress
memory: 512M
limit: 60

== workers
--
stress -q --cpu 2 --io 1 --vm 1 --vm-bytes 16M --timeout 2; echo $?
