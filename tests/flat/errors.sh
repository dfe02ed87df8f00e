# What `flat run` says when a root lacks something, or holds what cannot be run.
. tests/flat/lib.sh
R=$dir/root
busybox=build/deps/busybox/busybox

# says NAME STATUS MESSAGE ARGUMENTS...: flat run with our root; all of its error output.
says() {
	name=$1 expected=$2 message=$3
	shift 3
	run --root "$R" "$@" </dev/null
	check "$name" status "$expected" "$status"
	check "${name}_message" message "$message" "$err"
}

# elf NAME MACHINE CLASS: a program for another machine, as far as its header goes.
elf() {
	cp "$busybox" "$R/bin/$1"
	printf "$2" | dd of="$R/bin/$1" bs=1 seek=18 conv=notrunc 2>/dev/null
	printf "$3" | dd of="$R/bin/$1" bs=1 seek=4 conv=notrunc 2>/dev/null
}

mkdir -p "$R/bin"
cp "$busybox" "$R/bin/sh"
cp "$busybox" "$R/bin/dd"
cp /bin/true "$R/bin/dynamic"
printf '#!/bin/sh\necho ran\n' >"$R/bin/good"
printf '#!/no/such -x\n' >"$R/bin/script"
printf '#!/bin/dynamic\n' >"$R/bin/two"
printf '#!\n' >"$R/bin/nothing"
printf '#!/bin/text\n' >"$R/bin/to-text"
echo words >"$R/bin/text"
: >"$R/bin/empty"
elf arm '\267' '\002'
elf i386 '\003' '\001'
chmod 755 "$R"/bin/*
ld=/lib64/ld-linux-x86-64.so.2

run --root "$R" good </dev/null
check good out ran "$out"
says no_interpreter 127 "flat: /bin/dynamic: its interpreter $ld: No such file or directory" dynamic
says no_script_interpreter 127 "flat: /bin/script: its interpreter /no/such: No such file or directory" \
	script
says two_interpreters 127 "flat: /bin/two: its interpreter /bin/dynamic: its interpreter $ld: No such file \
or directory" two
says no_name_of_interpreter 126 "flat: /bin/nothing: no interpreter behind its #!: Exec format error" \
	nothing
says interpreter_is_text 126 "flat: /bin/to-text: its interpreter /bin/text: neither an ELF program nor a \
script with #!: Exec format error" to-text
says text 126 "flat: /bin/text: neither an ELF program nor a script with #!: Exec format error" text
says empty 126 "flat: /bin/empty: an empty file: Exec format error" empty
says other_machine 126 "flat: /bin/arm: a program for another machine: Exec format error" arm
says 32_bits 126 "flat: /bin/i386: a 32-bit program: Exec format error" i386
says no_program 127 "flat: nowhere: No such file or directory" nowhere
says no_workdir 125 "flat: the folder to start in, /no/where: No such file or directory" -w /no/where sh

mkdir "$R/lib64"
seq 100 >"$R$ld"
chmod 755 "$R$ld"
run --root "$R" dynamic </dev/null
check bad_interpreter message "flat: /bin/dynamic: its interpreter $ld: neither an ELF program nor a script \
with #!: Accessing a corrupted shared library" "$err"
cp "$ld" "$R$ld"
says no_library 127 "dynamic: error while loading shared libraries: libc.so.6: cannot open shared object \
file: No such file or directory" dynamic

# Files may take three quarters of the memory; then there is a message, and not an end of anything.
run -m 64M --root "$R" sh -c 'dd if=/dev/zero of=/big bs=1000000; echo "status $?"; echo more >/more ||
	echo "status $?"; : >/big; echo more >/more; read y </more; echo $y' </dev/null
check full out 'status 1
status 1
more' "$out"
case $err in
*"dd: error writing '/big': No space left on device"*) echo ok full_message ;;
*) echo "not ok full_message: $err" ;;
esac

# There was no /dev and no /tmp in it; a root that has them keeps what they are.
run --root "$R" sh -c 'echo x >/dev/null && echo y >/tmp/y && read y </tmp/y && echo $y' </dev/null
check no_dev_no_tmp out y "$out"
ln -s bin "$R/tmp"
run --root "$R" sh -c 'cd -P /tmp && echo $PWD' </dev/null
check own_tmp out /bin "$out"
rm "$R/tmp"

# A large folder: an image of it is made, and made anew when something in it has changed.
export FLAT_CACHE=$dir/cache
head -c 40000000 /dev/zero >"$R/zeros"
large() {
	run -m 32M --root "$R" sh -c 'cat /note; dd if=/zeros of=/dev/null bs=1000000 2>&1 | dd bs=1 count=4 2>/dev/null;
		echo x >/note; read x </note; echo " $x"' </dev/null
	check "$1" out "$2
40+0 x" "$out"
	check "$1_packed" "packed it" "$3" "$(echo "$err" | grep -c 'packing')"
}
cp "$busybox" "$R/bin/cat"
echo one >"$R/note"
large image one 1
large image_again one 0
echo two >"$R/note"
large image_of_changed two 1
mv "$R/note" "$R/old"
cp -p "$R/old" "$R/note"
rm "$R/old"
large image_of_renamed two 1
large image_of_renamed_again two 0
