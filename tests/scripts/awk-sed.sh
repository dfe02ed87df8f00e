# Programs in awk and sed.
seq 100 | awk 'NR % 3 == 0 { n++; s += $1 } END { print n, s }'
awk 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } BEGIN { print fib(17) }'
printf 'b 2\na 1\nc 3\n' | awk '{ k[$1] = $2 } END { for (i in k) print i, k[i] | "sort"; close("sort") }'
awk 'BEGIN { "echo from a command" | getline x; print x; system("echo system; exit 3") }'
awk 'BEGIN { while (("seq 5" | getline line) > 0) t += line; print t }'
awk 'BEGIN { printf "%5.2f|%-5s|%05d|%x|%c\n", 3.14159, "ab", 42, 255, 65 }'
echo 'a:b:c' | awk -F: -v OFS=- '{ $2 = "X"; print; print NF, $NF }'
awk 'BEGIN { s = "hello world"; gsub(/o/, "0", s); print s, length(s), substr(s, 3, 4), index(s, "w"), toupper(s) }'
awk 'BEGIN { n = split("a,b,c,d", p, ","); for (i = n; i > 0; i--) printf "%s", p[i]; print "" }'
awk 'BEGIN { print exp(1), log(10), sqrt(2), sin(1), atan2(1, 1) }'
awk 'BEGIN { for (i = 0; i < 50000; i++) a[i % 1000] += i; print a[999] }'
printf 'one\ntwo\nthree\n' | sed -n '2p;$='
printf 'one\ntwo\nthree\n' | sed '1!G;h;$!d'
echo 'aaa bbb' | sed 's/a/x/2; s/b*$/[&]/; y/x/y/'
printf 'start\n1\n2\nend\n3\n' | sed '/start/,/end/{ /start/d; /end/d; s/^/in /; }'
printf 'a\nb\nc\n' >f; sed -i 's/b/B/; $a\
appended' f; cat f
seq 20 | sed -n '5,10{p;};15q' | paste -s -d' ' -
echo 'foo(bar)' | sed -E 's/(\w+)\((\w+)\)/\2(\1)/'
printf 'x\ny\n' | sed ':a;N;$!ba;s/\n/+/g'
seq 1000 | sed 's/.*/&&&/' | awk '{ s += length($0) } END { print s }'
echo '3 + 4 * 2' | bc; dc -e '2 10 ^ p'
echo 'The quick brown fox' | tr 'a-zA-Z' 'n-za-mN-ZA-M' | rev | tr -d ' '
printf '3 c\n1 a\n2 b\n' | sort | cut -d' ' -f2 | tr '\n' ' '; echo
printf 'a 1\nb 2\n' >j1; printf 'a x\nb y\n' >j2; paste j1 j2; comm -12 j1 j1
diff j1 j2; echo "diff $?"; grep -c . j1; grep -q nothing j1; echo "grep $?"
expr 6 \* 7; expr length hello; expr abc : 'a\(.*\)'; printf '%s %d %o %x\n' str 10 10 255
seq 10 | tac | nl | tail -2; seq 5 | shuf | sort -n | tr '\n' ' '; echo
date -u -d @86400 '+%Y-%m-%d %H:%M:%S'; cal 2 2000 | head -3
