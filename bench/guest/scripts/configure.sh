# GNU hello's configure script, with a compiler that is only a script.
rm -rf hello
tar xzf /b/hello.tar.gz
cd hello
mkdir tools
cat >tools/gcc <<'END'
#!/bin/sh
# "Compiles" by making the files that it was asked for.
out=a.out src= mode=link
while [ $# -gt 0 ]; do
	case $1 in
	-o) out=$2; shift ;;
	-c) mode=compile ;;
	-E) mode=preprocess ;;
	--version) echo "gcc (a script) 1.0"; exit 0 ;;
	-V | -qversion) exit 1 ;;
	*.c) src=$1 ;;
	esac
	shift
done
case $mode in
preprocess) cat "$src"; grep -q 'ac_nonexistent' "$src" && exit 1; exit 0 ;;
compile) [ "$out" != a.out ] || out=$(basename "$src" .c).o; : >"$out"; exit 0 ;;
esac
printf '#!/bin/sh\nexit 0\n' >"$out"; chmod +x "$out"
END
for t in ar ranlib nm; do printf '#!/bin/sh\nexit 0\n' >tools/$t; done
printf '#!/bin/sh\necho "GNU ld (a script) 1.0"\n' >tools/ld
chmod +x tools/*
PATH=$PWD/tools:$PATH
export PATH
CONFIG_SHELL=/bin/sh; export CONFIG_SHELL
sh ./configure --disable-dependency-tracking --build=x86_64-pc-linux-gnu
[ -e config.status ]
