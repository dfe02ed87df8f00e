program: original-awk
packages: original-awk

== pipes
--
original-awk 'BEGIN { while (("seq 3" | getline l) > 0) s += l; print s; print "x" | "cat"; close("cat"); system("echo y") }'
