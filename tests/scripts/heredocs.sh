# Here-documents, small and larger than a pipe.
cat <<END
simple $((1 + 1)) $(echo sub) `echo back` \$HOME
END
cat <<'END'
quoted $((1 + 1)) $(echo sub)
END
cat <<-END
	tabs are gone
	  spaces stay
	END
big=$(seq 30000)
wc -c <<END
$big
END
cat <<END | md5sum
$big
END
while read line; do last=$line; done <<END
$big
END
echo "last $last"
cat <<A; cat <<B
first
A
second
B
f() { cat; }; f <<END
to a function
END
(cat; echo sub) <<END
to a subshell
END
cat <<END &
in the background
END
wait
n=0; while [ $n -lt 50 ]; do cat <<END >/dev/null
$n
END
n=$((n + 1)); done; echo $n
sed 's/a/b/' <<END | tr b c
banana
END
