# Services: runsv sv runsvdir svlogd svok.
# limit: 20
exec 2>&1
d=$(pwd); masked() { sed "s/[0-9][0-9]*/N/g;s,$(pwd),D,"; }
# wait_for STATE LINES: until the service is in that state and has ended so often
wait_for() {
	i=0
	while [ $i -lt 80 ]; do
		case $(sv status $d/sv/a 2>&1) in
		$1:*) [ "$(cat said 2>/dev/null | wc -l)" -ge $2 ] && return ;;
		esac
		sleep 0.1; i=$((i + 1))
	done
}
mkdir -p sv/a; printf '#!/bin/sh\nexec sleep 100\n' >sv/a/run; printf '#!/bin/sh\necho finished $1 $2 >>%s/said\n' "$d" >sv/a/finish; chmod +x sv/a/run sv/a/finish
runsv sv/a & r=$!
wait_for run 0; sv status $d/sv/a | masked; svok sv/a; echo $?
sv down $d/sv/a | masked; wait_for down 1; sv status $d/sv/a | masked; cat said
sv up $d/sv/a | masked; wait_for run 1; sv status $d/sv/a | masked; sv once $d/sv/a | masked
sv term $d/sv/a | masked; wait_for down 2; sv status $d/sv/a | masked; cat said
sv exit $d/sv/a | masked; wait $r; echo $?; svok sv/a; echo $?
runsvdir sv & r=$!
wait_for run 2; sv status $d/sv/a | masked; kill -HUP $r; wait $r; echo $?; i=0; while svok sv/a && [ $i -lt 80 ]; do sleep 0.1; i=$((i + 1)); done; svok sv/a; echo $?
mkdir lg; printf 'one\ntwo\n' | svlogd lg; cat lg/current
