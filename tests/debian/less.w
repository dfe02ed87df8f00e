# less: reading a file at a terminal, and as a filter.
program: less
packages: less expect coreutils dash gzip

== pager
limit: 60
env: TERM=vt100
--
seq 100 >f; less f | tail -1; less -F -X f </dev/null | head -1; echo piped | less
cat >e <<'X'
log_user 0
set timeout 30
set stty_init "rows 10 cols 40"
spawn less f
expect -re {9.*f}; puts "first page"
send " "; expect -re {18.*:}; puts "second page"
send "/55\r"; expect "55"; expect ":"; puts "found"
send "G"; expect "END"; puts "end"
send "g"; expect -re {1\r.*:}; puts "top"
send "50%"; expect -re {5[0-9].*:}; puts "half"
send "?nothere\r"; expect "not found"; send "\r"; expect ":"; puts "not there"
send "!echo from the shell\r"; expect "from the shell"; expect "RETURN"; send "\r"; after 500; puts "shell"
send -- "-N"; expect -re {Line|line}; send "\r"; expect ":"; puts "option"
send "q"; expect eof; puts "status [lindex [wait] 3]"
spawn sh -c "(seq 30; sleep 1; seq 31 40) | less"
expect ":"; send "G"; expect "40"; puts "whole pipe"; send "q"; expect eof; puts "status [lindex [wait] 3]"
X
expect e; gzip f; LESSOPEN='|zcat %s' less f.gz | tail -1; LESS=-N less nothere; echo $?; less /tmp; echo $?
