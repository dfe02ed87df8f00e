# An EROFS image as the root: shown by a device on every machine, and as the initrd.  What is in it, and what
# becomes of it when it is written to, is what busybox on this machine says of the folder that it was made of.
. tests/flat/lib.sh

if ! command -v mkfs.erofs >/dev/null; then
	echo "skipped image: no mkfs.erofs (erofs-utils)"
	exit
fi
busybox=$PWD/$T/root/bin/busybox
root=$dir/root

# make_folder: files with every kind of end, links, devices if we may, a folder of several blocks.
make_folder() {
	mkdir -p "$root/bin" "$root/data/sub/deep" "$root/data/many" "$root/data/closed"
	cp "$busybox" "$root/bin/busybox"
	for name in sh find stat md5sum sort cat ls mv rm rmdir mkdir ln dd truncate chmod wc head touch cp; do
		ln -s busybox "$root/bin/$name"
	done
	for size in 0 1 31 4032 4095 4096 4097 8191 8192 12345 300000; do
		head -c $size /dev/urandom >"$root/data/f$size"
	done
	ln "$root/data/f4097" "$root/data/sub/linked"
	ln "$root/data/f4097" "$root/data/sub/deep/linked_too"
	ln -s f1 "$root/data/short"
	ln -s "$(head -c 1500 /dev/zero | tr '\0' l)" "$root/data/long"
	mkfifo "$root/data/fifo"
	i=0
	while [ $i -lt 600 ]; do
		echo $i >"$root/data/many/name_that_is_rather_long_$i"
		i=$((i + 1))
	done
	# For tests/linux/filemap.c: each of its tests has a file.
	mkdir "$root/data/maps"
	for name in a b c d e f g; do
		head -c 12388 /dev/zero | tr '\0' 0 >"$root/data/maps/$name"
	done
	cp "$T/bin/filemap" "$root/bin/filemap"
	echo hidden >"$root/data/closed/file"
	chmod 700 "$root/data/closed"
	chmod 4755 "$root/data/f31"
	chmod 1777 "$root/data/sub"
	touch -d '2001-02-03 04:05:06' "$root/data/f1" "$root/data/sub"
	[ "$(id -u)" != 0 ] || chown 12:345678 "$root/data/f31"
}

# What there is below a folder.
cat >"$dir/look" <<'E2'
find . -type d -exec stat -c '%n %f %h %u %g %Y' {} + | sort
find . ! -type d -exec stat -c '%n %f %h %u %g %s %Y %t:%T %N' {} + | sort
find . -type f -exec md5sum {} + | sort
ls many | md5sum
E2
# Changes to it, all without a time in the result.
cat >"$dir/change" <<'E2'
echo more >>f4095
dd if=f300000 of=f12345 bs=1000 seek=3 count=2 conv=notrunc 2>/dev/null
truncate -s 5000 f8192
truncate -s 9000 f8191
truncate -s 100 f4032
: >f4096
rm f4097
echo changed >>sub/linked
mv sub/deep/linked_too many/from_deep
mv many/name_that_is_rather_long_7 many/zzz
mv f1 many/name_that_is_rather_long_9
rm many/name_that_is_rather_long_1*
echo new >many/name_that_is_rather_long_11
rmdir sub/deep
rmdir many 2>/dev/null || echo many is not empty
mv closed sub/opened
mkdir closed
rm short fifo
ln f31 closed/f31
ln -s nowhere short
cp f300000 closed/copy
chmod 600 f0
rm -r sub/opened
find . -type d -exec stat -c '%n %f %h %u %g' {} + | sort
find . ! -type d -exec stat -c '%n %f %h %u %g %s %N' {} + | sort
find . -type f -exec md5sum {} + | sort
ls many | md5sum
E2

on_host() {
	(cd "$1" && TZ=UTC PATH=$root/bin "$busybox" sh) <"$2" >"$dir/expected" 2>&1
}

# in_guest NAME SCRIPT OPTION...: the same output as on_host's last.
in_guest() {
	name=$1 script=$2
	shift 2
	timeout -k 5 100 $FLAT run -w /data "$@" sh -s <"$script" >"$dir/got" 2>"$dir/err"
	status=$?
	if [ $status = 0 ] && cmp -s "$dir/expected" "$dir/got"; then
		echo "ok $name"
	else
		echo "not ok $name: status $status, $(head -n 2 "$dir/err" | tr '\n' ' ') $(diff "$dir/expected" "$dir/got" | head -n 6 | tr '\n' ' ')"
	fi
}

image() {
	rm -f "$dir/$1"
	name=$1
	shift
	mkfs.erofs --quiet "$@" "$dir/$name" "$root" >/dev/null
	truncate -s 16M "$dir/$name"
}

make_folder
image plain -E noinline_data
image inline
image chunks --chunksize=8192
on_host "$root/data" "$dir/look"
for machine in microvm q35 pc; do
	in_guest "look_$machine" "$dir/look" --machine $machine --root "$dir/plain"
done
in_guest look_inline "$dir/look" --root "$dir/inline"
in_guest look_chunks "$dir/look" --root "$dir/chunks"

cp -a "$root/data" "$dir/copy"
on_host "$dir/copy" "$dir/change"
in_guest change "$dir/change" --root "$dir/plain"
in_guest change_inline "$dir/change" --root "$dir/inline"
in_guest change_chunks "$dir/change" --root "$dir/chunks"

# Mapped and changed at once.
for kind in plain inline chunks; do
	run --root "$dir/$kind" -e FILEMAP=/data/maps /bin/filemap </dev/null
	check "mapped_$kind" "status and output" "0 " "$status $(echo "$out$err" | grep -v '^ok ')"
done

# What the root lacks is made; what flat hands over is there.
echo given >"$dir/given"
run --root "$dir/plain" -v "$dir/given:/data/sub/given" sh -c 'cat /data/sub/given; ls -d /dev/null /proc/self /sys/devices; echo x >/tmp/x && cat /tmp/x' </dev/null
check folders out "given
/dev/null
/proc/self
/sys/devices
x" "$out"

# In the memory of the guest: the initrd begins with it, and an archive comes on top.
printf '#!/bin/sh\ncd /data && sh /look\n' >"$dir/init"
chmod 755 "$dir/init"
(cd "$dir" && printf 'init\nlook\n' | "$busybox" cpio -o -H newc 2>/dev/null) | cat "$dir/plain" - >"$dir/both"
on_host "$root/data" "$dir/look"
timeout -k 5 60 qemu-system-x86_64 -M microvm,acpi=off -accel tcg -cpu max -m 128M -nodefaults -no-user-config \
	-no-reboot -display none -kernel "$T/../flatshare.elf" -initrd "$dir/both" -append init=/init \
	-serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 </dev/null 2>"$dir/err" |
	tr -d '\r' | grep -v '] flatshare: ' >"$dir/got"
if cmp -s "$dir/expected" "$dir/got"; then
	echo "ok initrd"
else
	echo "not ok initrd: $(head -n 2 "$dir/err" | tr '\n' ' ') $(diff "$dir/expected" "$dir/got" | head -n 6 | tr '\n' ' ')"
fi

# One whose size is no power of two is copied to the cache, once.
head -c 15000000 "$dir/plain" >"$dir/odd"
FLAT_CACHE=$dir/cache run --root "$dir/odd" sh -c 'cat /data/many/name_that_is_rather_long_5' </dev/null
check odd_size out 5 "$out"
FLAT_CACHE=$dir/cache run --root "$dir/odd" sh -c 'echo again' </dev/null
check odd_size_again "out and err" again "$out$err"

# refused NAME TEXT: an image that is none; the message says so.
refused() {
	run --timeout 20 --root "$dir/bad" sh -c 'echo ran' </dev/null
	case $status$err in
	125*"$2"*) echo "ok $1" ;;
	*) echo "not ok $1: status $status, message: $err" ;;
	esac
}
# damage OFFSET BYTES (as for printf)
damage() {
	cp "$dir/plain" "$dir/bad"
	printf "$2" | dd of="$dir/bad" bs=1 seek="$1" conv=notrunc 2>/dev/null
}
damage 1036 '\011'
refused other_blocks "not of 4096 bytes"
damage 1104 '\001'
refused compressed "with compression"
damage 1104 '\200'
refused unknown_feature "features that are not known"
damage 1060 '\377\377\377\177'
refused cut_short "cut short"
damage 1038 '\377\377'
refused no_root "no root directory"
rm -f "$dir/bad"
mkfs.erofs --quiet -zlz4hc "$dir/bad" "$root" >/dev/null && truncate -s 16M "$dir/bad"
refused lz4 "with compression"

# Noise in the tables of everything but busybox: whatever is left, the guest ends by itself.
low=$((4096 + $(wc -c <"$busybox")))
high=$(grep -abo name_that_is "$dir/plain" | sed -n '$s/:.*//p')
i=1
while [ $i -le 5 ]; do
	cp "$dir/plain" "$dir/bad"
	n=0
	while [ $n -lt 60 ]; do
		# Most of it where the small files and the names are.
		offset=$((high - (i * 7919 + n * n * 104729) % (n % 4 == 0 ? high - low : 60000)))
		head -c 3 /dev/urandom | dd of="$dir/bad" bs=1 seek=$offset conv=notrunc 2>/dev/null
		n=$((n + 1))
	done
	run --timeout 40 --root "$dir/bad" sh -c '
		cd /data; find . | wc -l; find . -type f -exec md5sum {} + >/dev/null; rm -rf many; echo end' </dev/null
	case $status$out in
	0*end) echo "ok noise_$i" ;;
	*) echo "not ok noise_$i: status $status, $out, $(echo "$err" | tail -n 2)" ;;
	esac
	i=$((i + 1))
done
