# Options of `flat run`.
. tests/flat/lib.sh

run -e FOO='a b' -e BAR= sh -c 'echo "$FOO,$BAR,"' </dev/null
check env out 'a b,,' "$out"
FROM_HERE=here run -e FROM_HERE -e NOT_SET_HERE sh -c 'echo $FROM_HERE${NOT_SET_HERE-unset}' </dev/null
check env_from_here out hereunset "$out"
run -e PATH=/x:/bin --env=HOME=/h sh -c 'echo $PATH $HOME' </dev/null
check env_override out '/x:/bin /h' "$out"

run -w /tmp pwd </dev/null
check workdir out /tmp "$out"
status workdir_missing 125 -w /no/such/folder pwd

run -- echo --help -x </dev/null
check options_end out '--help -x' "$out"
run echo '' "it's" '$HOME "x"' </dev/null
check arguments out " it's \$HOME \"x\"" "$out"
long=$(seq 2000)
run sh -c "cat <<'EOF'
$long
EOF" </dev/null
check long_argument out "$long" "$out"

mkdir "$dir/share" "$dir/share/sub"
echo one >"$dir/share/file"
echo two >"$dir/share/sub/file"
ln -s sub/file "$dir/share/link"
printf '#!/bin/sh\necho ran\n' >"$dir/share/script"
chmod +x "$dir/share/script"
run -v "$dir/share:/mnt/share" sh -c 'cd /mnt/share; cat file sub/file link; ./script; echo x >file' \
	</dev/null
check volume out "one
two
two
ran" "$out"
check volume_is_shared file x "$(cat "$dir/share/file")"
echo one >"$dir/share/file"
for machine in q35 pc; do
	run --machine $machine -v "$dir/share:/mnt/share" -v "$dir/share/sub:/sub" \
		sh -c 'cat /mnt/share/file /sub/file; echo $0 >/mnt/share/file' $machine </dev/null
	check volumes_of_$machine out "one
two" "$out"
	check volume_is_shared_by_$machine file $machine "$(cat "$dir/share/file")"
	echo one >"$dir/share/file"
done
run -v "$dir/share:/etc/copy:copy" -- sh -c 'cat /etc/copy/file; echo new >/etc/copy/file; mount' </dev/null
check 'a copy of a folder' 'the host'"'"'s file' "$(cat "$dir/share/file")" "$(echo "$out" | head -1)"
check 'a copy is no mount' mounts '' "$(echo "$out" | grep 9p)"
run -v "$dir/share/file:/etc/one:ro" cat /etc/one </dev/null
check volume_of_a_file out one "$out"
status volume_missing 125 -v /no/such:/x true

run -v "$dir/share:/tmp/x" stat -c %a /tmp </dev/null
check volume_leaves_parents out 1777 "$out"

mkdir -p "$dir/root/bin"
cp build/deps/busybox/busybox "$dir/root/bin/sh"
run --root "$dir/root" sh -c 'echo *' </dev/null
check root_folder out 'bin dev proc sys tmp' "$out"
gzip -c "${BUILD:-build}/initrd.cpio" >"$dir/root.gz"
run --root "$dir/root.gz" cat /etc/hostname </dev/null
check root_gzip out "$($FLAT run cat /etc/hostname </dev/null)" "$out"
status root_missing 125 --root /no/such true

run --dry-run -m 32 --append 'x y' true
check dry_run "first word" qemu-system-x86_64 "${out%% *}"
case $out in
*" -m 32M "*"'console=host x y tsc_khz="*) echo ok dry_run_line ;;
*) echo "not ok dry_run_line: $out" ;;
esac

run -m 16M true </dev/null
check small_memory status 0 "$status"

run --verbose true </dev/null
case $err in
*flatshare*) echo ok verbose ;;
*) echo "not ok verbose: $err" ;;
esac
run true </dev/null
check quiet "out and err" "" "$out$err"
run --strace true </dev/null
case $err in
*exit_group*) echo ok strace ;;
*) echo "not ok strace: $err" ;;
esac

run --syscalls cat /etc/hostname /etc/nosuch </dev/null
says() # NAME PATTERN: does a line of the summary look so?
{
	echo "$err" | grep -Eq "$2" && echo "ok syscalls_$1" || echo "not ok syscalls_$1: $err"
}
says program '^system calls of /bin/busybox: .*vsyscall [1-9]'
says all '^system calls of all programs:'
says count '^ +1 +0 +[0-9.]+  exit_group$'
says error '^ +[2-9] +1 +[0-9.]+  open +ENOENT 1$'
says missing_file '^  no such file: /etc/nosuch, 1 times$'

# The same of a run that is cut short: by the time, asleep and busy, and by a panic of the kernel.
cut_short() # SCRIPT: with a time in which it came to what it says
{
	for seconds in 2 8 32; do
		run --syscalls --timeout $seconds -- sh -c "$1" </dev/null
		[ "$out" != there ] || break
	done
}
cut_short 'cat /etc/nosuch; echo there; sleep 100'
check timeout_status "status and out" "124 there" "$status $out"
says timeout '^  no such file: /etc/nosuch, 1 times$'
says timeout_all '^system calls of all programs:'
cut_short 'cat /etc/nosuch; echo there; while :; do :; done'
says timeout_busy '^system calls of all programs:'
run --syscalls -v "$T/bin:/t" -- sh -c 'cat /etc/nosuch; /t/ring0 @panic' </dev/null
check panic_status status 125 "$status"
says panic '^  no such file: /etc/nosuch, 1 times$'
says panic_all '^system calls of all programs:'
says panic_why '^\[.*panic: '
check syscalls_once "times told" 1 "$(echo "$err" | grep -c '^system calls of all programs:')"

run --help
case $out in
*"Usage: flat run"*) echo ok help ;;
*) echo "not ok help: $out" ;;
esac
