# find and xargs with several processes at once.
mkdir -p tree/a/b tree/c/d/e
for d in tree tree/a tree/a/b tree/c tree/c/d tree/c/d/e; do for i in 1 2 3 4 5; do echo "$d $i" >$d/f$i; done; done
find tree -type f | xargs -P4 -n1 cat | sort
find tree -type f | xargs -P4 -n5 md5sum | sort
find tree -type f -print0 | xargs -0 -P4 -n3 wc -c | grep -c .
find tree -name 'f[12]' | sort
find tree -type d | sort
find tree -type f -exec cat {} + | wc -l
find tree -name f3 -exec sh -c 'echo "$1: $(cat "$1")"' _ {} \; | sort
seq 40 | xargs -P4 -I@ sh -c 'exit 0'; echo "status $?"
seq 3 | xargs -n1 sh -c 'exit 1'; echo "status $?"
seq 3 | xargs -n1 sh -c 'exit 255'; echo "status $?"
find tree -type f -delete; find tree | sort
rm -r tree; ls
