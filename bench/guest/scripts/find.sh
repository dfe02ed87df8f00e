# A tree of 400 files; find | xargs over it, a few at a time.
rm -rf tree
for d in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	mkdir -p tree/$d
	for f in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		echo "$d $f" >tree/$d/$f
	done
done
[ "$(find tree -type f | xargs -n 20 cat | wc -l)" = 400 ]
find tree -name '1*' | xargs -n 10 grep -l 1 >/dev/null
rm -rf tree
