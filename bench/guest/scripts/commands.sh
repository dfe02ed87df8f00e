# 200 external commands: by path, or the shell would run its own.
i=0
while [ $i -lt 200 ]; do
	/b/true
	i=$((i + 1))
done
