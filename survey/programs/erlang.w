program: erlang
packages: erlang-base
memory: 512M
limit: 90

== ports
--
erl -noshell -eval 'io:format("~s", [os:cmd("seq 3")]), P = open_port({spawn, "cat"}, [{line, 80}]), port_command(P, "echo\n"), receive {P, {data, {eol, L}}} -> io:format("~s~n", [L]) end, halt(3).'; echo $?
