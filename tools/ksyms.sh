#!/bin/sh
# ksyms.sh [ELF]: print an assembler file with the table that lib/ksyms.h describes.
# Without an ELF the table is empty, for the kernel's first link.
set -eu

if [ $# -gt 0 ]; then
	LC_ALL=C ${NM:-nm} -n "$1"
fi | LC_ALL=C awk '
	function hex(s,    i, v) {
		v = 0
		for (i = 1; i <= length(s); i++)
			v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
		return v
	}
	# Addresses are near the top of 64 bits, where a double is not exact: split off the low half.
	function low(s)  { return hex(substr(s, length(s) - 7)) }
	$3 == "__kernel_start" { start = low($1); found = 1 }
	$3 == "__text_end"     { end = low($1) }
	$2 ~ /^[tTwW]$/ && $3 !~ /^__.*_(start|end)$/ {
		if (n > 0 && low($1) == at[n - 1])
			next
		at[n] = low($1)
		name[n++] = $3
	}
	END {
		print "\t.section .rodata.ksyms, \"a\", @progbits"
		print "\t.globl ksyms, ksyms_count, ksym_names\n\t.balign 4\nksyms:"
		pos = 1
		for (i = 0; i < n; i++) {
			offset = at[i] - start
			if (offset < 0 || !found)
				continue
			printf "\t.long %d, %d\n", offset, pos
			pos += length(name[i]) + 1
			kept[count++] = i
		}
		if (count > 0 && end > start) {
			printf "\t.long %d, 0\n", end - start
			count++
		}
		printf "\t.balign 4\nksyms_count:\n\t.long %d\nksym_names:\n\t.byte 0\n", count
		for (i = 0; i in kept; i++)
			printf "\t.asciz \"%s\"\n", name[kept[i]]
		print "\t.section .note.GNU-stack, \"\", @progbits"
	}'
