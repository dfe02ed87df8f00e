# Services: runsv sv runsvdir svlogd svok.
# limit: 20
exec 2>&1
d=$(pwd); masked() { sed "s/[0-9][0-9]*/N/g;s,$(pwd),D,"; }
mkdir -p sv/a; printf '#!/bin/sh\nexec sleep 100\n' >sv/a/run; printf '#!/bin/sh\necho finished $1 $2 >>%s/said\n' "$d" >sv/a/finish; chmod +x sv/a/run sv/a/finish
runsv sv/a & r=$!
sleep 0.5; sv status $d/sv/a | masked; svok sv/a; echo $?
sv down $d/sv/a | masked; sleep 0.3; sv status $d/sv/a | masked; cat said
sv up $d/sv/a | masked; sleep 0.3; sv status $d/sv/a | masked; sv once $d/sv/a | masked
sv term $d/sv/a | masked; sleep 0.3; sv status $d/sv/a | masked; cat said
sv exit $d/sv/a | masked; wait $r; echo $?; svok sv/a; echo $?
runsvdir sv & r=$!
sleep 1.5; sv status $d/sv/a | masked; kill -HUP $r; wait $r; echo $?; sleep 0.3; svok sv/a; echo $?
mkdir lg; printf 'one\ntwo\n' | svlogd lg; cat lg/current
