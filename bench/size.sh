# size.sh: the kernel's size, and the smallest memory that runs a small pipeline.
BUILD=${BUILD:-build}
size=$(wc -c <"$BUILD/flatshare.elf")
if [ "$size" -le 1048576 ]; then echo "ok size: the kernel has $size bytes"; else echo "not ok size: the kernel has $size bytes"; fi
smallest=
for mib in 16 12 10 8 7 6 5 4; do
	out=$("$BUILD/flat" run -m ${mib}M --timeout 20 sh -c 'ls /bin | wc -l' 2>/dev/null </dev/null) || break
	[ -n "$out" ] && [ "$out" -gt 50 ] || break
	smallest=$mib
done
if [ -n "$smallest" ]; then echo "ok memory: ls /bin | wc -l runs with -m ${smallest}M"; else echo "not ok memory: does not run with 16M"; fi
