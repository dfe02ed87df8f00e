# 300 command substitutions: each is a fork, and a pipe that is read.
i=0
while [ $i -lt 300 ]; do
	x=$(echo $i)
	i=$((x + 1))
done
[ $i = 300 ]
