# A larger program in the shell: primes, sorting, string work, with functions and recursion.
primes() { n=2; while [ $n -lt $1 ]; do d=2; p=1; while [ $((d * d)) -le $n ]; do [ $((n % d)) -eq 0 ] && { p=0; break; }; d=$((d + 1)); done; [ $p = 1 ] && printf '%s ' $n; n=$((n + 1)); done; echo; }
primes 200
hanoi() { [ $1 -eq 0 ] && return; hanoi $(($1 - 1)) $2 $4 $3; moves=$((moves + 1)); hanoi $(($1 - 1)) $4 $3 $2; }
moves=0; hanoi 7 a b c; echo $moves
rev() { s=$1; r=; while [ -n "$s" ]; do r=${s%"${s#?}"}$r; s=${s#?}; done; echo "$r"; }; rev 'hello world'
bubble() { out=; list="$*"; while [ -n "$list" ]; do min=; rest=; for x in $list; do if [ -z "$min" ]; then min=$x; elif [ $x -lt $min ]; then rest="$rest $min"; min=$x; else rest="$rest $x"; fi; done; out="$out $min"; list=$rest; done; echo $out; }
bubble 5 3 9 1 7 3 8 2
gcd() { [ $2 -eq 0 ] && { echo $1; return; }; gcd $2 $(($1 % $2)); }; gcd 1071 462
words="the cat sat on the mat the end"; for w in $words; do echo $w; done | sort | uniq -c | sort -rn -k1,1 -s | head -1 | awk '{ print $2, $1 }'
i=0; s=; while [ $i -lt 500 ]; do s=$s$i,; i=$((i + 1)); done; echo ${#s}; echo "$s" | md5sum
