# `flat root`: what it refuses, and how it says so.  The roots themselves are tested by tests/debian.
. tests/flat/lib.sh
export FLAT_CACHE=$dir/cache
search=$PATH

# root ARGUMENTS...: flat root, with a time limit; sets err and status.
root() {
	timeout -k 5 120 env PATH="$search" ${unshare:-} "${BUILD:-build}/flat" root "$@" \
		>"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	err=$(cat "$dir/err")
}

# refused NAME MESSAGE ARGUMENTS...: the message begins so.
refused() {
	name=$1 message=$2
	shift 2
	root "$@"
	check "$name" status 125 "$status"
	case $err in
	"flat: $message"*) echo "ok ${name}_message" ;;
	*) echo "not ok ${name}_message: '$err' and not '$message'" ;;
	esac
}

refused no_output 'root: no -o ROOT given (see flat root --help)' --include bash
refused operand 'root: what is bash? (see flat root --help)' -o "$dir/r" bash
refused bad_package "root: --include: not a package's name: -x" -o "$dir/r" --include bash,-x
refused bad_suite "root: --suite: not a suite's name: a/b" -o "$dir/r" --suite a/b
refused bad_format 'root: --format: neither folder nor erofs: zip' -o "$dir/r" --format zip

mkdir "$dir/bin" "$dir/empty"
ln -s "$(command -v mmdebstrap)" "$(command -v apt-get)" "$dir/bin/"
search=$dir/empty
refused no_mmdebstrap 'mmdebstrap is not installed (Debian: apt-get install mmdebstrap)' -o "$dir/r"
search=$dir/bin
refused no_erofs_utils 'mkfs.erofs is not installed (Debian: apt-get install erofs-utils)' \
	-o "$dir/r.erofs"
search=$PATH

if unshare -n true 2>/dev/null; then
	unshare='unshare -n'
	refused no_network 'root: cannot fetch the package lists' -o "$dir/r"
	unshare=
else
	echo "skipped no_network: no rights to take the network away"
fi
refused unknown_packages "root: Debian $(. /etc/os-release && echo "$VERSION_CODENAME") has no package \
no-such-package, nor-this" -o "$dir/r" --include bash,no-such-package,nor-this
# What is mounted for the making of a root goes with the program that makes it.
if unshare -m true 2>/dev/null; then
	mkdir "$dir/killed"
	cat >"$dir/killed/mmdebstrap" <<-'END'
		#!/bin/sh
		for new; do case $new in *.new) break ;; esac done
		mkdir -p "$new/proc" && mount -t tmpfs none "$new/proc" && echo "E: mounted"
		kill -KILL $$
	END
	chmod +x "$dir/killed/mmdebstrap"
	search=$dir/killed:$PATH
	root -o "$dir/k" --include dash
	check killed "its error" 1 "$(echo "$err" | grep -c 'mmdebstrap failed: mounted')"
	search=$PATH
	check killed_mounts "mounts left" 0 "$(grep -c "$dir/cache" /proc/mounts)"
else
	echo "skipped killed: no rights to mount"
fi
mkdir "$dir/r"
echo x >"$dir/r/file"
root --clean
check clean status 0 "$status"
check clean_leaves "cached roots" "" "$(ls "$dir/cache")"
check nothing_made folder file "$(ls "$dir/r")"
root --help
case $(cat "$dir/out") in
*"Usage: flat root"*) echo ok help ;;
*) echo "not ok help: $(cat "$dir/out")" ;;
esac
