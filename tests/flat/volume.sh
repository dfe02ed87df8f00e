# `-v FROM:TO`: the host's own files in the guest, by virtio-9p. What the guest does is looked at from the host
# and the other way round; test programs must find there what they find in a folder of the host.
. tests/flat/lib.sh
share=$dir/share
mkdir "$share" "$dir/native"
[ "$(id -u)" = 0 ] && root=1 || root=

# volume NAME EXPECTED SCRIPT: what the script prints that the guest's sh runs in the folder.
volume() {
	run -v "$share:/v" ${env:+-e "$env"} -w /v -- sh -c "$3" </dev/null
	check "$1" output "$2" "$out$err"
}

# host NAME EXPECTED COMMAND...: what a command prints in the folder, here.
host() {
	name=$1 expected=$2
	shift 2
	check "$name" "host's" "$expected" "$(cd "$share" && "$@" 2>&1)"
}

# The guest makes, the host looks.
volume makes "" 'umask 027; mkdir d; echo one >d/f; chmod 4711 d/f; ln -s d/f link; ln d/f d/g; mkdir t; chmod 1777 t
	echo two >>d/g; mv d/g "a name"; mkdir e; rmdir e; echo >x; rm x; touch -d "2001-02-03 04:05:06" d'
host makes_names "a name
d
d/f
link
t" sh -c 'find * | sort'
host makes_text "one
two" cat d/f
host makes_modes "4711 2
750 2
777 1
1777 2" stat -c '%a %h' d/f d link t
host makes_link d/f readlink link
host makes_times 981173106 stat -c %Y d
[ -z "$root" ] || {
	volume owners "" 'chown 12:34 d/f; chmod 4711 d/f; mkdir -m 777 o; chmod 2777 o; chown 0:77 o'
	host owner_numbers "12 34 4711" stat -c '%u %g %a' d/f
	cp "$T/bin/randomfs" "$share/probe"
	volume own_files "5 77 644" 'cd o; touch x; chown 5:77 x; stat -c "%u %g %a" x'
	rm "$share/probe"
}

# The host makes, the guest looks; also while it runs.
rm -rf "$share"; mkdir "$share" "$share/sub"
printf 'a file' >"$share/f"
chmod 640 "$share/f"
ln -s sub/none "$share/l"
volume sees "a file 640 6
sub/none
f
l
sub" 'cat f; stat -c " %a %s" f; readlink l; ls'
(sleep 1; while [ ! -e "$share/ask" ]; do sleep 0.2; done; echo new >"$share/f.new"; mv "$share/f.new" "$share/f"
	chmod 600 "$share/f"; rm "$share/l"; touch "$share/answer") &
volume changes_are_seen "a file
new
600
no l" 'cat f; echo; touch ask; until [ -e answer ]; do sleep 0.1; done; cat f; stat -c %a f; [ -L l ] || echo no l'
wait
rm -f "$share/ask" "$share/answer"

# Open files whose names go, or are taken by others.
volume unlinked_lives "text
4
0 2
gone
old new" 'echo text >u; exec 3<>u 4>>u; rm u; cat <&3; stat -L -c %s /proc/self/fd/3 | sed s/5/4/
	: >/proc/self/fd/3; echo x >&4; stat -L -c "%h %s" /proc/self/fd/3; [ -e u ] || echo gone
	echo old >r; echo new >s; exec 5<r; mv s r; echo $(cat <&5) $(cat r)'
host unlinked_leaves_nothing "f
r
sub" ls -A

# FIFOs and sockets: flat makes them, both ends of them are in the guest.
volume specials "through a FIFO
prw-r-----
prw--w--w-
mkfifo: n/f: File exists
mkfifo: n/none/f: No such file or directory
again" 'exec 2>&1; mkdir -m 777 n; mkfifo -m 640 n/f; echo through a FIFO >n/f & cat n/f; ls -l n/f | cut -c 1-10
	ln n/f n/g; chmod 622 n/g; ls -l n/f | cut -c 1-10; mkfifo n/f; mkfifo n/none/f
	mv n/g n/h; echo again >n/h & cat n/f; rm n/f; mkfifo "n/a name"; mknod n/dev c 1 3 2>/dev/null'
host specials_on_host "a name fifo 644
h fifo 622" sh -c 'cd n; for f in *; do stat -c "%n %F %a" "$f"; done'
[ -z "$root" ] || {
	volume specials_of_others "" 'umask 0; su -s /bin/sh nobody -c "mkfifo n/n"; chown 3:4 n/h; chmod 606 n/h'
	host specials_of_others_on_host "3 4 606
65534 65534 666" stat -c '%u %g %a' n/h n/n
}
mkfifo "$share/n/hosts"
volume specials_of_the_host "prw-rw-rw- text" 'chmod 666 n/hosts; echo text >n/hosts & echo $(ls -l n/hosts | cut -c 1-10) $(cat n/hosts)'
run -v "$share:/v:ro" -- sh -c 'mkfifo /v/n/x; chmod 600 /v/n/h' </dev/null
check specials_read_only "errors that say so" 2 "$(echo "$err" | grep -c 'Read-only file system')"
# A guest that asks for what is not in the volume, or is no FIFO, gets nothing: the last one is there.
mkdir "$dir/beside"
ln -s ../../beside "$share/n/link"
run -v "$share:/v" -v "$T/bin:/t" -- sh -c 'for p in ../escaped n/../../escaped /escaped "$1/escaped" "" . .. n/.. n//escaped n/link/escaped link/escaped; do
	/t/ring0 @node "$p" 10666; done; /t/ring0 @node n/regular 100666; /t/ring0 @node n/null 20666
	/t/ring0 @node n/there 10600; until [ -p /v/n/there ]; do sleep 0.1; done' sh "$dir" </dev/null
check specials_inside "what there is" "./share/n/there 600" "$(cd "$dir" && find . \
	\( -name escaped -o -name regular -o -name null -path "*/n/*" -o -name there \) -exec stat -c "%n %a" {} + 2>/dev/null)"
rm -rf "$share/n" "$dir/beside"

# Errors are the host's, and read-only is.
run -v "$share:/v:ro" -w /v -- sh -c 'cat r; echo x >r; echo x >n; rm r; chmod 777 r; mkdir d; ln -s a b' </dev/null
check read_only out new "$out"
check read_only_errors "errors that say so" 6 "$(echo "$err" | grep -c 'Read-only file system')"
volume errors "mkdir: can't create directory 'sub': File exists
rmdir: 'full': Directory not empty
cat: can't open 'no/such': No such file or directory
mv: can't rename 'sub': Invalid argument" 'exec 2>&1; mkdir -p full/x; mkdir sub; rmdir full; cat no/such
	mv sub sub/y'
rm -rf "$share/full"
if [ -n "$root" ] && mkdir "$share/small" && mount -t tmpfs -o size=64k none "$share/small" 2>/dev/null; then
	volume no_space "dd: error writing 'small/f': No space left on device
65536" 'exec 2>&1; dd if=/dev/zero of=small/f bs=4096 count=100 2>&1 | grep error; stat -c %s small/f'
	umount "$share/small"
fi
rm -rf "$share/small"
mkdir "$dir/going"
(while [ ! -e "$dir/going/ask" ]; do sleep 0.2; done; rm -rf "$dir/going") &
run -v "$dir/going:/v" -w /v -- sh -c 'echo there; touch ask; while [ -e /v/ask ]; do sleep 0.1; done
	ls /v/ask; mkdir /v/d; ls -A /v; echo end' </dev/null
wait
check vanished_folder "output" "there
end" "$(cat "$dir/out")"
check vanished_folder_errors "errors" 2 "$(grep -c 'No such file or directory' "$dir/err")"

# A single file; two of them, one read-only.
echo one >"$dir/one"
run -v "$dir/one:/etc/a/one" -v "$dir/one:/etc/two:ro" -- sh -c 'cat /etc/two; echo 2 >>/etc/a/one; cat /etc/two
	ls /etc/a; echo 3 >>/etc/two' </dev/null
check single_file out "one
one
2
one" "$out"
check single_file_on_host "the file" "one
2" "$(cat "$dir/one")"
status missing 125 -v /no/such:/x true
check missing_says err "flat: run: -v: cannot read /no/such: No such file or directory" "$err"
status too_many 125 $(for i in 1 2 3 4 5 6 7; do echo "-v $share:/v$i"; done) true

# Beside a root that is an image.
if command -v mkfs.erofs >/dev/null; then
	mkdir -p "$dir/tree/bin"
	cp build/deps/busybox/busybox "$dir/tree/bin/sh"
	mkfs.erofs --quiet "$dir/image" "$dir/tree" >/dev/null 2>&1 && truncate -s %8M "$dir/image"
	echo below >"$share/g"
	run --root "$dir/image" -v "$share:/v" -w /v -- sh -c 'read x <g; echo $x; echo again >>g' </dev/null
	check over_an_image out below "$out"
	host over_an_image_writes "below
again" cat g
	rm "$share/g"
fi

# Mounting by hand, and again.
run -v "$share:/v" -- sh -c 'umount /v; mkdir /w; mount -t 9p -o trans=virtio,version=9p2000.L volume0 /w && cat /w/r
	mount -t 9p volume0 /v; mount -t 9p none /v; grep -c 9p /proc/filesystems' </dev/null
check by_hand out "new
1" "$out"
check by_hand_errors err "mount: mounting volume0 on /v failed: Resource busy
mount: mounting none on /v failed: No such file or directory" "$err"

# Programs and what they map.
cp "$T/bin/lock" "$share/p"
(while [ ! -e "$share/ask" ]; do sleep 0.2; done; cat "$T/bin/mmap" >"$share/p"; touch "$share/answer") &
volume executes_what_is_there "ok shared_file_mapping" './p --list >list; ./p --list | cmp - list; sleep 2.5; ./p --list | cmp - list
	touch ask; until [ -e answer ]; do sleep 0.1; done; ./p shared_file_mapping'
wait
rm -rf "$share"/*
cp "$T/bin/mmap" "$share/"
volume executes "ok shared_file_mapping" './mmap shared_file_mapping; rm f'
rm -rf "$share"/*

# A lot of data both ways, by several at once.
head -c 20000000 /dev/urandom >"$share/big"
volume big_file "" 'for i in 1 2 3; do cp big c$i & done; dd if=big of=c4 bs=3333 2>/dev/null; wait'
host big_file_copies "" sh -c 'for i in 1 2 3 4; do cmp big c$i; done'
volume many_writers "3000 lines" '(for i in 1 2 3; do (seq 1 1000 | while read -r n; do echo "$i $n"; done) & done; wait) >log
	echo $(sort -u log | wc -l) lines'
rm -rf "$share"/*

# Test programs: the same results as here, but for what the protocol or QEMU lacks (docs/SYSCALLS.md):
# devices cannot be made, nor nameless files; rename knows no flags; nothing is allocated.
# MAP_SYNC is ext4's matter.
cat >"$dir/all" <<'EOS'
for p in file names filectl lock locks mmap randomfs unix_name pipe; do
	for t in $("$1/$p" --list | tr ' ' '\n' | grep '^[a-z]'); do
		case $p.$t in
		names.rename_* | names.open_combinations | names.nameless_files | filectl.ioctls) continue ;;
		names.what_open_says_first | names.set_id_bits_of_others) continue ;;
		mmap.flags_and_offsets_that_are_refused) continue ;;
		esac
		rm -rf x && mkdir -m 777 x && cd x || exit
		"$1/$p" $t 2>&1
		echo "$p.$t: $?"
		cd ..
	done
done
rm -rf x
EOS
if [ -n "$root" ]; then
	mkdir "$share/bin"
	for p in file names filectl lock locks mmap randomfs unix_name pipe; do
		cp "$T/bin/$p" "$share/bin/"
	done
	chmod 755 "$dir"
	(cd "$dir/native" && env -i PLAIN=1 PATH="$PATH" sh "$dir/all" "$share/bin" >"$dir/want" </dev/null)
	cp "$dir/all" "$share/"
	timeout 300 $FLAT run -m 256M -v "$share:/v" -e PLAIN=1 -w /v -- sh /v/all /v/bin </dev/null >"$dir/got" 2>&1
	sed -i "s,$share,/v,; s/allocates [0-7]*//" "$dir/want" "$dir/got"
	check programs_agree "difference" "" "$(diff "$dir/want" "$dir/got" | head -20)"
fi
