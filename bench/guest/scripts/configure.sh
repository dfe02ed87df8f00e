# A small configure script of the usual kind: checks by a compiler (which is only a script), a cache,
# a log, templates filled by sed.
rm -rf package
mkdir -p package/tools
cd package
cat >tools/cc <<'END'
#!/bin/sh
# "Compiles" by making the file that it was asked for; knows no header and no function with an x.
out=a.out src=
while [ $# -gt 0 ]; do
	case $1 in
	-o) out=$2; shift ;;
	*.c) src=$1 ;;
	esac
	shift
done
grep -q x_ "$src" && exit 1
: >"$out"
END
chmod +x tools/cc
PATH=$PWD/tools:$PATH
cat >config.h.in <<'END'
#undef HAVE_STDIO_H
#undef HAVE_STRING_H
#undef HAVE_FORK
#undef HAVE_X_SEND
END
printf 'prefix = @prefix@\nCC = @CC@\nsrcdir = @srcdir@\nall:\n\t$(CC) -o hello hello.c\n' >Makefile.in

check() {
	var=have_$(echo "$1" | tr './-' '___')
	printf 'checking for %s... ' "$1"
	if eval "[ -n \"\$$var\" ]"; then
		echo "(cached)"
		return
	fi
	cat >conftest.c <<END
$2
int main(void) { $3; return 0; }
END
	if cc -o conftest conftest.c >>config.log 2>&1 && [ -e conftest ]; then
		eval "$var=yes"
		echo "s/^#undef HAVE_$(echo "$1" | tr 'a-z./-' 'A-Z___')\$/#define HAVE_$(echo "$1" | tr 'a-z./-' 'A-Z___') 1/" >>confdefs.sed
		echo yes
	else
		eval "$var=no"
		echo no
		cat conftest.c >>config.log
	fi
	rm -f conftest conftest.c
}

for header in stdio.h stdlib.h string.h unistd.h sys/types.h sys/stat.h x_nothing.h fcntl.h; do
	check $header "#include <$header>" ""
done
for function in fork vfork mmap poll x_send getcwd strdup memcpy; do
	check $function "char $function();" "$function()"
done
dir=$(cd "$(dirname "$PWD")" && pwd)
sed -f confdefs.sed config.h.in >config.h
sed -e "s,@prefix@,/usr/local,;s,@CC@,cc,;s,@srcdir@,$dir," Makefile.in >Makefile
cat >config.status <<END
#!/bin/sh
# $(uname -s) $(date +%Y)
exec sed -f confdefs.sed config.h.in
END
chmod +x config.status
./config.status | cmp - config.h && grep -q 'HAVE_FORK 1' config.h
