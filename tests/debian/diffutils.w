# diffutils: all four programs over files, folders and pipes.
program: diffutils
packages: diffutils coreutils sed dash

== compare
--
seq 10 >a
seq 10 | sed '3d;7s/.*/seven/' >b
diff a b
echo $?
diff -u --label a --label b a b
diff -y -W 20 a b
diff -q a b
diff -c --label a --label b a b | head -5
mkdir x y
cp a x
cp b y/a
echo only >x/o
diff -r x y
diff -rq x y
cmp a b
cmp -l a b | head -2
sdiff -s -w 20 a b
seq 3 >c
diff3 a b c | head
diff -e a b
diff -D SYM a b | head -4
diff a nothere
echo $?
diff <a - b 2>&1; diff - b <a | wc -l; diff -i -w - /dev/fd/3 <<X 3<<Y && echo same
Some  Text
X
some text
Y
