# patch: applying, reversing, rejecting.
program: patch
packages: patch diffutils coreutils sed grep dash

== apply
--
mkdir old new; seq 100 >old/f; seq 100 | sed '50s/$/ changed/;90d' >new/f; echo new >new/added; echo gone >old/removed
diff -ruN old new | sed 's/\t.*//' >p; cd old; patch -p1 <../p; echo $?; diff -r . ../new && echo equal
patch -R -p1 <../p; cat removed; wc -l f
sed -i '50s/.*/conflict/' f; patch -p1 --no-backup-if-mismatch <../p; echo $?; ls
grep -c '^' f.rej; patch -N -p1 -r - <../p | tail -2
patch --dry-run -p1 -f <../p >../said; head -2 ../said
sed -i 1,5d f; patch -b -z .b -p1 -f <../p >../said; head -4 ../said; ls
