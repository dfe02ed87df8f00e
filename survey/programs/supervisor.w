program: supervisor
packages: supervisor
memory: 512M
limit: 60

== programs
--
printf '[unix_http_server]\nfile=/tmp/w/sock\n[supervisord]\nlogfile=/tmp/w/log\npidfile=/tmp/w/pid\nuser=root\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n[supervisorctl]\nserverurl=unix:///tmp/w/sock\n[program:one]\ncommand=sh -c "echo run; sleep 100"\nstartsecs=0\nstdout_logfile=/tmp/w/one.log\n' >c
supervisord -c c
for i in $(seq 100); do supervisorctl -c c status 2>/dev/null | grep -q RUNNING && break; sleep 0.2; done
supervisorctl -c c status | awk '{ print $1, $2 }'; supervisorctl -c c restart one; sleep 0.5; cat one.log
supervisorctl -c c shutdown
