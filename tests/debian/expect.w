# expect: talking with programs at terminals of its own.
program: expect
packages: expect coreutils bc dash

== dialogue
limit: 60
--
cat >e <<'X'
log_user 0
set timeout 30
spawn bc -q
send "6*7\r"; expect -re {\r\n(\d+)\r\n}; puts "bc: $expect_out(1,string)"
send "2^64\r"; expect -re {\r\n(\d+)\r\n}; puts "bc: $expect_out(1,string)"
send "quit\r"; expect eof; puts "bc ended [lindex [wait] 3]"
spawn sh -c {stty -echo; printf "password: "; read p; stty echo; echo; test "$p" = secret && echo welcome || echo denied}
expect "password: "; send "secret\r"; expect -re {(welcome|denied)}; puts $expect_out(0,string); expect eof; wait
spawn sh -c {trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.1; done}
expect ready; send \003; expect interrupted; expect eof; puts "status [lindex [wait] 3]"
spawn sh -c {trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.1; done}
expect ready; stty rows 40 columns 100 < $spawn_out(slave,name); expect -re {\d+ \d+}; puts "size $expect_out(0,string)"; expect eof; wait
set timeout 1
spawn sleep 20; expect never timeout {puts "timed out"}; exec kill [exp_pid]; expect eof; puts [lrange [wait] 4 5]
set timeout 30
spawn cat; set a $spawn_id; spawn cat; set b $spawn_id
send -i $a "to a\r"; send -i $b "to b\r"; set seen {}
for {set n 0} {$n < 2} {incr n} { 
expect {
	-i $a -re "to a\r\nto a\r\n" {lappend seen a}
	-i $b -re "to b\r\nto b\r\n" {lappend seen b}
}
 }
puts [lsort $seen]; close -i $a; wait -i $a; close -i $b; wait -i $b
puts [exec seq 5 | wc -l]; set f [open "|cat" r+]; puts $f piped; flush $f; puts [gets $f]; close $f
puts [catch {system "exit 4"}]; puts [catch {exec sh -c "exit 2"} m o]
X
expect e; echo $?; expect -c 'exit 6'; echo $?; expect nothere; echo $?
unbuffer sh -c 'test -t 1 && echo terminal' | tr -d '\r'; unbuffer -p tr a-z A-Z <<Y
piped
Y
echo 'puts "from stdin"' | expect -; expect -f - one two <<'Y'
puts $argv
Y
