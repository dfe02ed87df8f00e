program: busybox
packages: busybox

== shell
--
busybox sh -c 'for i in 1 2 3; do (echo $i); done | busybox sort -r; echo $(busybox seq 3 | busybox wc -l); busybox sh -c "exit 3"; echo $?'
busybox sh -c 'sleep 5 & kill $!; wait $!; echo $?'
