program: inotify-tools
packages: inotify-tools

== wait
--
mkdir d; inotifywait -q -t 10 -e create --format '%e %f' d >out & p=$!
sleep 0.5; touch d/x; wait $p; echo $?; cat out
