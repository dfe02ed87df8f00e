# nano: editing at a terminal.
program: nano
packages: nano expect coreutils dash

== editing
limit: 60
env: TERM=vt100
--
cat >e <<'X'
log_user 0
set timeout 60
set stty_init "rows 24 cols 80"
spawn nano -I file
expect "New File"; puts open
send "first line\rsecond line\rthird\r"; after 500
send "\x17second\r"; after 500; send "\x0b"; after 300; send "\x15\x15"; after 300
send "\x0f"; expect "File Name to Write"; send "\r"; expect "Wrote 5 lines"; puts written
send "typed more"; after 300; send "\x18"; expect "Save modified"; send "y"; expect "File Name"; send "\r"; expect eof; puts "status [lindex [wait] 3]"
spawn nano -I -v file; expect "first line"; send "\x18"; expect eof; puts "status [lindex [wait] 3]"
spawn nano -I other; expect "New File"; send "lost"; after 300; send "\x12"; expect "insert"; send "file\r"; after 500; exec kill -HUP [exp_pid]; expect eof; wait
X
expect e; cat file; cat other.save; echo; nano -I file </dev/null >/dev/null 2>&1; echo $?
