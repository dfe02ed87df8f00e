# gawk: reports, pipes and coprocesses, its extensions.
program: gawk
packages: gawk coreutils dash

== report
--
seq 100 | gawk '{s += $1; q[$1 % 7]++} END {print s, NR; for (k in q) print k, q[k] | "sort -n"}'
gawk -F: '$3 == 0 {print $1, NF}' /etc/passwd
gawk 'BEGIN {while (("echo a; echo b" | getline x) > 0) print "got " x; close("echo a; echo b"); system("exit 3"); print "date" | "cat 1>&2"}' 2>&1
gawk 'BEGIN {printf "%5.2f|%-5s|%x|%c\n", 3.14159, "ab", 255, 65; print substr("hello", 2, 3), index("hello", "l"), toupper("x"), length("four")}'
gawk 'BEGIN {s = "a1b22c333"; n = split(s, p, /[0-9]+/, seps); print n, p[2], seps[3]; print gensub(/([a-z])([0-9]+)/, "\\2\\1", "g", s); n = patsplit(s, q, /[0-9]+/); print n, q[2]}'
gawk 'BEGIN {c = "sort -r"; print "one" |& c; print "two" |& c; close(c, "to"); while ((c |& getline l) > 0) print l; close(c)}'
gawk 'BEGIN {n = asorti(ENVIRON, k); print (n > 2); PROCINFO["sorted_in"] = "@ind_num_desc"; a[1]; a[10]; a[2]; for (i in a) print i; print strftime("%F", 86400, 1)}'
gawk 'function f(n) {return n < 2 ? n : f(n - 1) + f(n - 2)} BEGIN {print f(18); print 2 ** 53 + 1, int(-3.7), 7 % 3, and(12, 10)}'
gawk -v x=1 -v OFS=- '{$2 = x; print}' <<X
a b c
X
gawk -i inplace '{print NR ": " $0}' /dev/null
echo 'x y' >f
gawk -i inplace '{print $2, $1}' f
cat f
gawk 'BEGIN {exit 4}'
echo $?
gawk 'BEGIN {print > "/dev/full"}'
echo $?
gawk -l fork 'BEGIN {if ((p = fork()) == 0) {print "child"; exit 7} else {print "parent", wait() == p}}' | sort
gawk -l time 'BEGIN {t = gettimeofday(); print (t > 1e9), sleep(0.1)}'
gawk -M 'BEGIN {print 2 ^ 100}'
