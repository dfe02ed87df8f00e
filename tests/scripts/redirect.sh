# Redirections and descriptors.
echo out 2>/dev/null; echo err >&2
{ echo a; echo b >&2; } >o 2>e; cat o e
{ echo a; echo b >&2; } >both 2>&1; cat both
ls /nonexistent 2>&1 | sed 's/.*: //'
exec 5>five; echo x >&5; (echo y >&5); sh -c 'echo z >&5'; exec 5>&-; cat five
exec 6<five; read a <&6; read b <&6; echo $a $b; (read c <&6; echo $c); read d <&6 || echo end; exec 6<&-
while read x; do echo "$x" ; read y; done <five
cat <five - <<END
standard input wins
END
echo 1 >n; cat <n >>n2; cat n2; : <>new; [ -e new ] && echo made
echo to stderr 2>&1 >/dev/null | cat; (echo sub >&2) 2>&1 | tr a-z A-Z
f() { echo function; echo error >&2; }; f >fo 2>fe; cat fo fe
for i in 1 2 3; do echo $i; done >loop; cat loop | tr '\n' ' '; echo
if true; then echo inside; fi >cond; cat cond
echo x >/nonexistent/file; echo "status $?"
cat </nonexistent; echo "status $?"
echo 7 >&7; echo "status $?"
exec 2>errors; echo hidden >&2; nosuchcommand; exec 2>&1; wc -l <errors
{ { echo deep >&3; } 3>&1; } | cat
echo closed >&- ; echo "status $?"
cat <&- ; echo "status $?"
