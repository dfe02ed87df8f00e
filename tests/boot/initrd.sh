# The initrd: gzip'd, cut short, damaged.  Whatever it is, the guest runs or says clearly why not; it
# never hangs.
. tests/flat/lib.sh

gzip -c "$T/../initrd.cpio" >"$dir/initrd.cpio.gz"
run --root "$dir/initrd.cpio.gz" sh -c 'echo from gzip' </dev/null
check gzip out 'from gzip' "$out"

# attempt NAME FILE: it ends by itself, with the program's output or with a message.
attempt() {
	timeout -k 5 30 $FLAT run --timeout 20 --root "$2" sh -c 'echo ran' </dev/null >"$dir/out" 2>"$dir/err"
	status=$?
	case $status in
	0) check "$1" out ran "$(cat "$dir/out")" ;;
	125 | 126 | 127)
		if [ -s "$dir/err" ]; then echo "ok $1"; else echo "not ok $1: status $status and no message"; fi ;;
	*) echo "not ok $1: status $status: $(tail -n 3 "$dir/err" | tr '\n' ' ')" ;;
	esac
}

size=$(wc -c <"$T/../initrd.cpio")
i=1
while [ $i -lt 10 ]; do
	head -c $((size * i / 10 + i * 13)) "$T/../initrd.cpio" >"$dir/cut"
	attempt "cut_at_${i}_tenths" "$dir/cut"
	i=$((i + 1))
done
for n in 0 1 50 109 110 111 500; do
	head -c $n "$T/../initrd.cpio" >"$dir/cut"
	attempt "cut_at_$n" "$dir/cut"
done
gzsize=$(wc -c <"$dir/initrd.cpio.gz")
for i in 1 5 9; do
	head -c $((gzsize * i / 10)) "$dir/initrd.cpio.gz" >"$dir/cut"
	attempt "gzip_cut_at_${i}_tenths" "$dir/cut"
done

# damage NAME OFFSET TEXT
damage() {
	cp "$T/../initrd.cpio" "$dir/bad"
	printf '%s' "$3" | dd of="$dir/bad" bs=1 seek="$2" conv=notrunc 2>/dev/null
	attempt "$1" "$dir/bad"
}
damage bad_magic 0 xxxxxx
damage other_magic 0 070702
damage bad_hex 54 zzzzzzzz
damage huge_file 54 ffffffff
damage huge_name 94 ffffffff
damage no_name 94 00000000
damage bad_mode 14 ffffffff
head -c 100000 /dev/urandom >"$dir/noise"
attempt noise "$dir/noise"
