# ruby: processes, threads, fibers, sockets, files
program: ruby
packages: ruby
memory: 512M

== language
--
ruby -e '
require "json"; require "digest"; require "zlib"; require "set"; require "bigdecimal"; require "time"; require "erb"; require "yaml"
puts RUBY_VERSION, RUBY_PLATFORM
puts Digest::SHA256.hexdigest("x" * 100_000), Zlib.crc32("abc")
data = JSON.generate((0...1000).map { |n| { n: n, sq: n * n } })
puts JSON.parse(Zlib.inflate(Zlib.deflate(data))).sum { |h| h["sq"] }
puts (1..200).inject(:*) % 10**9, Rational(1, 3) + Rational(1, 6), BigDecimal("2").sqrt(20).round(15).to_s
p %w[a b a c b a].tally, "hello world".scan(/o\w?/), [1, 2, 3].each_slice(2).to_a, { a: { b: [1, nil] } }.to_yaml
def depth(n) = n == 0 ? 0 : 1 + depth(n - 1)
puts depth(5000)
begin; depth(10**7); rescue SystemStackError => e; puts e.class; end
a = (0...300_000).map { |n| "s#{n}" }; puts a.length, a.sort.last; a = nil; GC.start
puts ERB.new("<% 3.times do |i| %><%= i %> <% end %>").result, Time.at(0).utc.iso8601
f = Fiber.new { 3.times { |i| Fiber.yield i }; :done }; p 4.times.map { f.resume }
e = Enumerator.new { |y| a, b = 0, 1; loop { y << a; a, b = b, a + b } }; p e.lazy.select(&:even?).first(10)
p Process.clock_gettime(Process::CLOCK_MONOTONIC) > 0, ObjectSpace.count_objects[:TOTAL] > 0
'
== processes
--
cat >p.rb <<'END'
require "open3"
$stdout.sync = true
pids = 10.times.map { |n| fork { exit n } }
p pids.map { |pid| Process.wait2(pid)[1].exitstatus }
r, w = IO.pipe
fork { r.close; 1000.times { |n| w.puts n }; exit! 0 }
w.close; p r.read.split.sum(&:to_i); Process.wait
p `echo one`, $?.exitstatus, system("exit 3"), $?.exitstatus, system("/none/here")
p Open3.capture3("cat; echo err >&2; exit 4", stdin_data: "in").then { |o, e, s| [o, e, s.exitstatus] }
IO.popen(["sort", "-n"], "r+") { |io| io.puts 10, 9, 1; io.close_write; p io.read }
pid = spawn({ "X" => "y" }, "echo $X; pwd", chdir: "/usr", out: "out"); Process.wait pid; p File.read("out")
begin; exec "/none/here"; rescue SystemCallError => e; p e.class; end
pid = fork { sleep }
Process.kill :TERM, pid; p Process.wait2(pid)[1].termsig
trap("USR1") { puts "got USR1" }; Process.kill :USR1, $$; sleep 0.05
# fork while other threads are at work
stop = false; ths = 5.times.map { Thread.new { i = 0; i += 1 until stop; i } }
p 10.times.map { |n| Process.wait2(fork { puts Thread.list.size; Thread.new { sleep 0.01 }.join; exit! n })[1].exitstatus }
stop = true; p ths.map(&:value).all? { |x| x >= 0 }
at_exit { puts "at exit" }
Process.daemon(true, true) if false
begin; Process.kill :TERM, 999_999; rescue Errno::ESRCH => e; p e.message; end
raise SignalException, "TERM"
END
ruby p.rb; echo $?
== threads
--
cat >t.rb <<'END'
require "monitor"; require "timeout"
q = Queue.new; m = Mutex.new; sum = 0
ths = 100.times.map { Thread.new { while (n = q.pop) != :end; m.synchronize { sum += n }; end } }
p Thread.list.size, Dir.children("/proc/self/task").size >= 100
1000.times { |n| q << n }; 100.times { q << :end }; ths.each(&:join); p sum
sq = SizedQueue.new(1); t = Thread.new { 500.times { |n| sq << n }; sq << nil }
s = 0; while n = sq.pop; s += n; end; p s
cv = ConditionVariable.new; turn = 0
2.times.map { |me| Thread.new { 200.times { m.synchronize { cv.wait(m) while turn % 2 != me; turn += 1; cv.broadcast } } } }.each(&:join); p turn
begin; Timeout.timeout(0.1) { sleep }; rescue Timeout::Error => e; p e.message; end
begin; Timeout.timeout(0.1) { loop {} }; rescue Timeout::Error => e; p e.message; end
t = Thread.new { Thread.current.report_on_exception = false; raise "in thread" }; begin; t.join; rescue => e; p e.message; end
p 10.times.map { |n| Thread.new { `expr #{n} + 1`.to_i } }.map(&:value)
$VERBOSE = nil; rs = 3.times.map { |n| Ractor.new(n) { |x| (1..10000).sum * x } }; p rs.map(&:take)
t = Thread.new { sleep }; Thread.pass until t.stop?; t.kill; p t.join.status
END
ruby t.rb
== files-and-sockets
--
cat >f.rb <<'END'
require "fileutils"; require "tempfile"; require "socket"; require "tmpdir"; require "find"; require "etc"; require "pty"; require "io/console"
FileUtils.mkdir_p "d/e"; 50.times { |n| File.write "d/e/#{n}", n.to_s }
p Dir["d/**/*"].size, Find.find("d").count, Dir.glob("d/e/*").sum { |f| File.read(f).to_i }
FileUtils.cp_r "d", "c"; File.symlink "d", "l"; p File.realpath("l"), File.lstat("l").symlink?, FileUtils.rm_rf("c"), File.stat("d").mode.to_s(8)
File.open("x", "w+") { |f| f.flock File::LOCK_EX; f.write "hello"; f.seek 1; p f.read; f.truncate 2; p f.size; f.chmod 0600 }
[-> { File.open "none" }, -> { Dir.rmdir "d" }, -> { Dir.mkdir "d" }, -> { File.read "d" }].each { |f| begin; f.call; rescue SystemCallError => e; p e.class, e.message; end }
Tempfile.create { |t| t.write "t"; t.flush; p File.size(t.path) }; Dir.mktmpdir { |d| p Dir.exist?(d) }
p Etc.getpwuid(0).name, Etc.nprocessors > 0
s = UNIXServer.new "sock"; th = Thread.new { 10.times { c = s.accept; c.puts c.gets.upcase; c.close } }
p 10.times.map { |n| UNIXSocket.open("sock") { |c| c.puts "line #{n}"; c.read } }.last; th.join
a, b = UNIXSocket.pair; a.send_io File.open("x"); p b.recv_io.read; a.write "abc"; p b.read_nonblock(10)
begin; b.read_nonblock 1; rescue IO::WaitReadable => e; p e.class; end
p IO.select([b], nil, nil, 0.05), IO.select(nil, [a], nil, 1)[1].size
PTY.spawn("stty size; tty >/dev/null && echo tty") { |r, w, pid| out = +""; begin; loop { out << r.readpartial(100) }; rescue Errno::EIO, EOFError; end; p out; Process.wait pid }
IO.copy_stream("d/e/42", "copy"); p File.read("copy"), IO.readlines("/etc/passwd").size > 5, $stdin.tty?
END
ruby f.rb
== standard-input
stdin: three words here
--
ruby -ne 'puts $_.split.map(&:capitalize).reverse.join(" ")'
printf '1\n2\n3\n' | ruby -e 'puts STDIN.each_line.sum(&:to_i)'
ruby -e 'abort "bye"' 2>&1; echo $?
ruby -e 'puts 1; exit! 9'; echo $?
ruby -e 'raise "x"' 2>&1; echo $?
ruby -e 'puts (1..10000).to_a' | head -2
echo 'puts __FILE__; puts DATA.read
__END__
data' >d.rb; ruby d.rb; ruby -c d.rb; ruby -e 'x = ' 2>&1 | head -1
