# 40 pipelines of four.
i=0
while [ $i -lt 40 ]; do
	seq 1 50 | grep 1 | sort -r | tail -n 1 >/dev/null
	i=$((i + 1))
done
