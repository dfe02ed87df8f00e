# vi: editing by commands and at a terminal.
program: vim-tiny
packages: vim-tiny expect coreutils dash

== editing
limit: 60
env: TERM=vt100
--
seq 10 >f; vi -es f <<'X'
%s/1/one/
5,7d
g/^8/m0
$r /etc/debian_version
x
X
echo $?; cat f; vi -es -c '2,3p' -c 'q!' f; echo; vi -es -c '%!sort -r' -c wq f; cat f; vi -es -c 'cq' f; echo $?
cat >e <<'X'
log_user 0
set timeout 60
set stty_init "rows 24 cols 80"
spawn vi -n -u NONE new
expect "new"; puts "empty"
send "ihello\rworld\x1b"; after 500
send "yyp"; after 300; send ":1s/hello/HELLO/\r"; after 300; send "Gdd"; after 300; send "u"; after 300; send "0iX\x1b"; after 500
send ":.!echo from the shell\r"; after 1500; send ":w\r"; expect -re {new.*(written|3L)}; puts "written"
send ":!echo visible\r"; expect "visible"; expect -re "ENTER"; send "\r"; after 300; puts "shell"
send "\x1a"; after 1000; exec kill -CONT [exp_pid]; after 500; puts "stopped and continued"
send "ggdG"; after 300; send ":q!\r"; expect eof; puts "status [lindex [wait] 3]"
spawn vi -n -u NONE new; expect -re {HELLO}; send "ZZ"; expect eof; puts "status [lindex [wait] 3]"
spawn vi -u NONE swapped; expect -re {~}; send "iunsaved text\x1b"; after 300; send ":preserve\r"; expect "preserved"; exec kill -KILL [exp_pid]; expect eof; wait
X
expect e; cat new; ls -A | grep -c swp; vi -es -r swapped -c wq >/dev/null; cat swapped; echo line | vi -es -c 's/line/from a pipe/' -c 'w! out' -c 'q!' - ; cat out
