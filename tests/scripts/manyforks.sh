# Many forks of every kind, one after the other.
# limit: 60
i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i + 1)); done; echo "$i execs"
i=0; while [ $i -lt 300 ]; do (:); i=$((i + 1)); done; echo "$i subshells"
i=0; while [ $i -lt 200 ]; do x=$(echo $i); i=$((i + 1)); done; echo "$x substitutions"
i=0; while [ $i -lt 150 ]; do echo $i | cat >/dev/null; i=$((i + 1)); done; echo "$i pipelines"
i=0; while [ $i -lt 100 ]; do echo $i | { read x; :; }; i=$((i + 1)); done; echo "$i builtin pipelines"
i=0; while [ $i -lt 100 ]; do : & i=$((i + 1)); done; wait; echo "$i in the background"
for i in $(seq 60); do sleep 0.2 & done; wait; echo "sixty sleepers"
