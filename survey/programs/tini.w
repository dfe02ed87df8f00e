program: tini
packages: tini

== reap
--
tini -s -- sh -c '(sleep 0.1; exit 1) & sh -c "exit 7"'; echo $?
tini -s -- sh -c 'kill -TERM $$'; echo $?
