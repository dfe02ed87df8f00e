# The exit status of `flat run`.
. tests/flat/lib.sh

for n in 0 1 3 124 127 128 255; do
	status "exit_$n" "$n" sh -c "exit $n"
done
status true 0 -- true
status false 1 false
status not_there 127 no-such-program
check not_there_message message 'flat: no-such-program: No such file or directory' "$err"
status not_there_path 127 /no/such/program
status not_executable 126 /etc/passwd
status killed 137 sh -c 'kill -9 $$'
status terminated 143 sh -c 'kill $$'
status timeout 124 --timeout 1 sleep 100
status no_program 125
status bad_option 125 --no-such-option
status bad_machine 125 --machine toaster true
status bad_kernel 125 --kernel /dev/null/x true
status help 0 --help
for machine in q35 pc; do
	status "$machine" 7 --machine $machine sh -c 'exit 7'
done
