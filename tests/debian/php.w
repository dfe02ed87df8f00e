# php: the command line, processes, streams
program: php
packages: php-cli
memory: 512M

== language
--
cat >l.php <<'END'
<?php
echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION, " ", PHP_OS, " ", PHP_INT_SIZE, " ", PHP_SAPI, "\n";
echo hash("sha256", str_repeat("x", 100000)), " ", crc32("abc"), " ", md5("y"), "\n";
$a = range(0, 199999); shuffle($a); sort($a); echo count($a), " ", array_sum($a), " ", $a[1234], "\n";
echo json_encode(["a" => [1, 2.5, null], "b" => "ż"]), " ", strlen(serialize($a)), " ", count(unserialize(serialize($a))), "\n";
function fib($n) { return $n < 2 ? $n : fib($n - 1) + fib($n - 2); } echo fib(22), "\n";
function gen() { for ($i = 0; $i < 3; $i++) $x[] = yield $i => $i * 2; return $x; } foreach (gen() as $k => $v) echo "$k=$v "; echo "\n";
preg_match_all('/\w+/', "a few words", $m); print_r($m); printf("%05.2f|%-5s|%x\n", M_PI, "ab", 255);
try { intdiv(1, 0); } catch (DivisionByZeroError $e) { echo get_class($e), ": ", $e->getMessage(), "\n"; }
enum Suit: string { case H = "h"; case S = "s"; } echo Suit::from("h")->name, " ", match(true) { 1 > 2 => "a", default => "b" }, "\n";
$f = new Fiber(function () { $x = Fiber::suspend(1); echo "got $x\n"; return 9; }); echo $f->start(), "\n"; $f->resume("z"); echo $f->getReturn(), "\n";
echo date("Y-m-d", 0), " ", gmp_test(), "\n"; function gmp_test() { return bin2hex(pack("NvC", 1, 2, 3)); }
class N { public ?N $next = null; } $h = null; for ($i = 0; $i < 100000; $i++) { $n = new N; $n->next = $h; $h = $n; } echo gc_collect_cycles(), "\n";
ini_set("memory_limit", "20M"); $s = str_repeat("x", 1 << 30);
END
php l.php 2>&1; echo $?
== processes
stdin: typed
--
cat >p.php <<'END'
<?php
echo fgets(STDIN), "\n"; echo shell_exec("echo one"); exec("echo a; echo b; exit 3", $o, $s); echo implode(",", $o), " $s\n"; passthru("echo through"); system("exit 4", $s); echo "$s\n";
$p = proc_open(["sort", "-n"], [["pipe", "r"], ["pipe", "w"], ["pipe", "w"]], $pipes); fwrite($pipes[0], "10\n9\n1\n"); fclose($pipes[0]); echo stream_get_contents($pipes[1]), proc_close($p), "\n";
for ($i = 0; $i < 10; $i++) { $pid = pcntl_fork(); if ($pid == 0) exit($i); $pids[] = $pid; }
foreach ($pids as $pid) { pcntl_waitpid($pid, $s); echo pcntl_wexitstatus($s), " "; } echo "\n";
pcntl_async_signals(true);
pcntl_signal(SIGUSR1, function ($n) { echo "signal $n\n"; });
posix_kill(posix_getpid(), SIGUSR1);
pcntl_signal(SIGALRM, function () { echo "alarm\n"; });
pcntl_alarm(1);
sleep(5);
if (($pid = pcntl_fork()) == 0) { sleep(100); } posix_kill($pid, SIGTERM); pcntl_waitpid($pid, $s); echo pcntl_wifsignaled($s), pcntl_wtermsig($s), "\n";
$pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0); if (pcntl_fork() == 0) { fwrite($pair[0], "from the child\n"); exit; } echo fgets($pair[1]); pcntl_wait($s);
$srv = stream_socket_server("unix://sock");
if (pcntl_fork() == 0) { $c = stream_socket_client("unix://sock"); fwrite($c, "hello\n"); echo fgets($c); exit; } $c = stream_socket_accept($srv);
fwrite($c, strtoupper(fgets($c)));
fclose($c);
pcntl_wait($s);
$r = [$srv]; $w = $e = null; echo stream_select($r, $w, $e, 0, 50000), "\n"; var_dump(@proc_open(["/none/here"], [], $pipes));
$id = shmop_open(1234, "c", 0600, 100);
shmop_write($id, "shared", 0);
echo shmop_read($id, 0, 6), "\n";
shmop_delete($id);
$sem = sem_get(77);
sem_acquire($sem);
sem_release($sem);
sem_remove($sem);
$q = msg_get_queue(78);
msg_send($q, 1, [1, 2]);
msg_receive($q, 0, $t, 100, $m);
print_r($m);
msg_remove_queue($q);
exit(6);
END
php p.php; echo $?
== files
--
cat >f.php <<'END'
<?php
mkdir("d/e", 0755, true);
for ($i = 0; $i < 50; $i++) file_put_contents("d/e/$i", $i);
echo count(glob("d/e/*")), " ", iterator_count(new RecursiveIteratorIterator(new RecursiveDirectoryIterator("d", FilesystemIterator::SKIP_DOTS))), "\n";
$f = fopen("x", "w+");
flock($f, LOCK_EX);
fwrite($f, "hello");
fseek($f, 1);
echo fread($f, 10), ftell($f), "\n";
ftruncate($f, 2);
echo fstat($f)["size"], "\n";
symlink("x", "l");
echo readlink("l"), " ", realpath("l"), " ", decoct(fileperms("d")), "\n";
echo @file_get_contents("none") === false ? error_get_last()["message"] : "", "\n";
var_dump(@rmdir("d"), @mkdir("d"), is_writable("x"), rename("x", "y"), unlink("y"), file_exists("x"), strlen(random_bytes(5)), getenv("HOME"), getcwd(), disk_free_space("/") >= 0, is_dir(sys_get_temp_dir()));
$t = tmpfile();
fputcsv($t, ["a b", 'c"d', 3]);
rewind($t);
print_r(fgetcsv($t));
$z = gzopen("z.gz", "w");
gzwrite($z, "packed");
gzclose($z);
echo implode(gzfile("z.gz")), "\n";
copy("compress.zlib://z.gz", "plain");
echo file_get_contents("plain"), " ", posix_getpwuid(0)["name"], " ", posix_isatty(1) ? "tty" : "no tty", "\n";
END
php f.php; php -r 'echo 1+1, "\n"; exit(3);'; echo $?; echo '<?php echo implode(" ", $argv);' | php -- a b; echo; php -l f.php; php -r 'nope();' 2>&1; echo $?; php -m | head -5; php -r 'foreach (range(1, 100000) as $i) echo "$i\n";' | head -1
