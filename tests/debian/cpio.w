# cpio: archives, out, in and through.
program: cpio
packages: cpio tar coreutils findutils diffutils dash

== archives
--
mkdir -p t/d
echo a >t/a
echo b >t/d/b
ln -s a t/s
mkfifo t/p
ln t/a t/h
find t | sort | cpio -o -H newc --quiet >a.cpio
cpio -it --quiet <a.cpio
mkdir o
cd o
cpio -idm --quiet <../a.cpio
find . | sort
stat -c %h t/a
cd ..
find t -depth | cpio -pdm --quiet o2
diff -r --no-dereference t/d o2/t/d && echo pass
find t | cpio -o -H ustar --quiet | tar tf - | sort
head -c 100 a.cpio | cpio -it
echo $?
cpio -i --quiet --to-stdout t/d/b <a.cpio
