# FIFOs between processes.
mkfifo a b
cat a & echo through a >a; wait
seq 1000 >a & sort -rn <a | head -1; wait
(for i in 1 2 3; do cat a; echo "end of $i"; echo go on >b; done) & reader=$!
for i in 1 2 3; do echo $i >a; read answer <b; done; wait $reader; echo $answer
tr a-z A-Z <a >b & echo shout >a & cat b; wait
exec 3<>a; echo kept >&3; read x <&3; echo $x; exec 3>&-
(echo left >a) & (echo right >b) & cat a b; wait
seq 20000 | tee a >copy & md5sum <a; wait; md5sum <copy; rm copy
ls -l a | cut -c1
[ -p a ] && echo is a pipe
rm a b; ls
