program: dumb-init
packages: dumb-init

== signals
--
dumb-init sh -c 'echo in; exit 5'; echo $?
dumb-init -r 15:2 sh -c 'trap "echo int; exit 9" INT; sleep 5 & wait' & p=$!
sleep 0.5; kill $p; wait $p; echo $?
