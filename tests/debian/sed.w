# sed: editing streams and files in place.
program: sed
packages: sed coreutils dash

== editing
--
seq 10 >n; sed -n '2,4p;$p' n; sed '1!G;h;$!d' n | head -2; sed -E 's/^(.)(.?)$/\2\1/;2d' n | tail -3; sed -e '/5/{s//five/;q5}' n; echo $?
sed -i.bak 's/1/one/' n; head -2 n n.bak; sed = n | sed 'N;s/\n/ /' | head -2; sed 's/./\U&/;y/abc/xyz/' <<X
alphabet cab
X
sed -n '/3/,/6/!p' n; sed '$!N;P;D' n | wc -l; sed -s -n '$=' n n.bak; echo aaa | sed 's/a/b/2;s/a/c/2w out'; cat out; sed '1e echo executed' n | head -1
sed --debug 1q </dev/null | head -1; sed -z 's/\n/,/g' n; echo; sed 'a\
appended' n | head -2; sed -f - n <<'X' | head -3
s/o/0/
3i before
X
