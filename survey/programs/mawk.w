program: mawk
packages: mawk

== pipes
--
mawk 'BEGIN { "date -u -d @0 +%Y" | getline y; print y; while (("seq 3" | getline l) > 0) s += l; print s;
	for (i = 3; i > 0; i--) print i | "sort"; close("sort"); r = system("exit 4"); print r }'
