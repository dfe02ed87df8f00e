# perl: processes, pipes, signals, files and sockets.
program: perl
packages: perl coreutils dash

== fork
shell: /usr/bin/perl
--
use strict; use warnings; use POSIX ":sys_wait_h"; $| = 1;
my @kids; for my $n (1 .. 20) { my $p = fork // die; if (!$p) { exit $n } push @kids, $p }
my $sum = 0; for (@kids) { waitpid $_, 0; $sum += $? >> 8 } print "sum $sum\n";
pipe(my $r, my $w) or die; if (!fork) { close $r; print $w "line $_\n" for 1 .. 1000; exit } close $w; my $lines = () = <$r>; wait; print "lines $lines\n";
open(my $c, "-|", "seq", 5); print "from child: ", join(",", map { s/\n//r } <$c>), "\n"; close $c;
if (my $p = open(my $k, "|-")) { print $k "to the child\n"; close $k; print "status ", $? >> 8, "\n" } else { print uc while <STDIN>; exit 3 }
print `echo backquotes; exit 4`, $? >> 8, "\n"; system("kill -9 \$\$"); print $? & 127, "\n"; system { "sh" } "named", "-c", "echo \$0"; print system("nothere 2>/dev/null"), " ", $! + 0, "\n";
my %seen;
local $SIG{CHLD} = sub { while ((my $p = waitpid(-1, WNOHANG)) > 0) { $seen{$p} = 1 } };
my @p = map { my $p = fork; if (!$p) { select undef, undef, undef, 0.1 * $_; exit } $p } 1 .. 5;
select(undef, undef, undef, 0.1) until keys %seen == 5;
print "all reaped\n";
$SIG{CHLD} = "DEFAULT";
local $SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; sleep 20 };
print $@;
my $big = "x" x 20e6;
if (!fork) { substr($big, 5, 1) = "y"; exit ord substr $big, 5, 1 } wait;
print $? >> 8, substr($big, 5, 1), "\n";
sub deep { my $n = shift; return 1 if !$n; my $p = fork; exit deep($n - 1) + 1 if !$p; waitpid $p, 0; $? >> 8 } print "deep ", deep(15), "\n"; END { print "end of $$\n" if 0 }
my $p = fork;
if (!$p) { setpgrp; kill "STOP", $$; exit 6 } waitpid $p, WUNTRACED;
print "stopped ", WIFSTOPPED(${^CHILD_STATUS_NATIVE}) ? 1 : 0, "\n";
kill "CONT", $p;
waitpid $p, 0;
print $? >> 8, "\n";
exec "sh", "-c", 'exit 7'

== files
shell: /usr/bin/perl
--
use strict; use warnings; use Fcntl ":flock", ":mode"; use File::Temp "tempfile"; use File::Find; use File::Copy; use Cwd; use IO::Handle;
open my $f, "+>", "f" or die;
print $f "line $_\n" for 1 .. 100;
seek $f, 0, 0;
my @l = <$f>;
print scalar @l, " ", tell $f, "\n";
truncate $f, 10;
print -s "f", "\n";
flock $f, LOCK_EX or die;
if (!fork) { open my $g, "<", "f"; exit flock($g, LOCK_EX | LOCK_NB) ? 0 : 5 } wait;
print $? >> 8, "\n";
mkdir "d";
symlink "f", "s";
link "f", "h";
rename "h", "d/h";
copy "f", "d/c";
my @found;
find(sub { push @found, $File::Find::name }, ".");
print join(" ", sort @found), "\n";
my @st = stat "f";
printf "%o %d\n", S_IMODE($st[2]), $st[3];
utime 1e9, 1e9, "f";
print +(stat "f")[9], "\n";
print readlink "s", "\n";
print -l "s" ? "link\n" : "no\n";
opendir my $d, "d";
print join(" ", sort grep !/^\./, readdir $d), "\n";
my ($t, $name) = tempfile(DIR => ".");
print $t "x";
close $t;
print -s $name, "\n";
unlink glob("*") ;
print join(" ", glob "*"), "\n";
open my $n, "<", "nothere" or print $!, " ", $! + 0, "\n";
open my $dup, ">&", \*STDOUT;
$dup->autoflush(1);
print $dup "dup\n";
open my $mem, "<", \"in\nmemory\n";
print scalar(<$mem>);
chdir "/usr";
print getcwd, "\n";
print join(",", (getpwuid 0)[0, 7, 8]), " ", scalar getgrgid 0, "\n";
local $/ = \7;
open my $z, "<", "/etc/passwd";
print <$z> . "\n";
printf "%s\n", unpack "H*", pack "NnC", 1, 2, 3;
print sprintf("%vd", $^V) =~ /^5/ ? "five\n" : "?\n";
sysopen my $o, "/tmp/w/x", Fcntl::O_CREAT() | Fcntl::O_EXCL() | Fcntl::O_WRONLY(), 0600 or die;
syswrite $o, "abc";
sysseek $o, 1, 0;
syswrite $o, "X";
print `cat /tmp/w/x`, "\n";

== sockets
shell: /usr/bin/perl
--
use strict;
use warnings;
use Socket;
use IO::Socket::UNIX;
use IO::Select;
use IPC::Open3;
use Time::HiRes qw(sleep time setitimer ITIMER_REAL);
use Storable qw(freeze thaw);
use threads ();
use IPC::SysV qw(IPC_PRIVATE IPC_CREAT IPC_RMID);
$| = 1;
my $s = IO::Socket::UNIX->new(Local => "sock", Listen => 5) or die $!;
my @k;
for my $n (1 .. 5) { push @k, my $p = fork; if (!$p) { my $c = IO::Socket::UNIX->new(Peer => "sock") or die; print $c "client $n\n"; my $a = <$c>; exit($a eq "hello $n\n" ? 0 : 1) } } my %got;
for (1 .. 5) { my $c = $s->accept; my $l = <$c>; $l =~ /(\d)/; $got{$1} = 1; print $c "hello $1\n" } my $bad = 0;
for (@k) { waitpid $_, 0; $bad += $? } print join(",", sort keys %got), " $bad\n";
socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, PF_UNSPEC); $a->autoflush(1); $b->autoflush(1); if (!fork) { close $a; while (<$b>) { print $b scalar reverse $_ } exit } close $b; print $a "abc\n"; shutdown $a, 1; local $/; my $r = <$a>; $r =~ s/\n//; print "$r\n"; wait; $/ = "\n";
my $p = open3(my $in, my $out, undef, "sh", "-c", 'cat; echo err >&2; exit 3');
print $in "through\n";
close $in;
print sort <$out>;
waitpid $p, 0;
print $? >> 8, "\n";
my $n = 0;
$SIG{ALRM} = sub { $n++ };
setitimer ITIMER_REAL, 0.05, 0.05;
my $t = time;
1 while sleep(0.02) && $n < 5 && time - $t < 10;
setitimer ITIMER_REAL, 0;
print $n >= 5 ? "ticks\n" : "no ticks\n";
pipe my $pr, my $pw;
my $sel = IO::Select->new($pr);
print scalar(() = $sel->can_read(0.1)), "\n";
syswrite $pw, "x";
print scalar(() = $sel->can_read(0.1)), "\n";
my $id = shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600);
if (!fork) { shmwrite $id, "shared", 0, 6; exit } wait;
shmread $id, my $m, 0, 6;
print "$m\n";
shmctl $id, IPC_RMID, 0;
my $q = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
msgsnd $q, pack("l! a*", 5, "message"), 0;
msgrcv $q, my $x, 100, 5, 0;
print +(unpack "l! a*", $x)[1], "\n";
msgctl $q, IPC_RMID, 0;
my $thr = threads->create(sub { my $t = shift; return $t * 2 }, 21);
print $thr->join, "\n";
my @t = map { my $n = $_; threads->create(sub { my $x = `echo $n`; chomp $x; $x }) } 1 .. 4;
print join(",", map { $_->join } @t), "\n";
my $d = thaw freeze { a => [1, 2] };
print $d->{a}[1], "\n";
print eval { local $SIG{__DIE__}; die { code => 5 } } // $@->{code}, "\n";
dbmopen(my %h, "dbm", 0600) or print "no dbm\n";
print "done\n"

== text
stdin: the quick brown fox\njumps over the lazy dog\nthe end
--
perl -ne 'for (split) { $c{$_}++ } END { print "$_ $c{$_}\n" for sort { $c{$b} <=> $c{$a} || $a cmp $b } keys %c }'
seq 5 | perl -pe 's/(\d)/$1 * 2/e'; perl -i.bak -pe 's/a/b/' /dev/null; echo a >f; perl -i.bak -pe 's/a/b/' f; cat f f.bak; perl -F: -lane 'print $F[0] if $F[2] == 0' /etc/passwd; perl -MList::Util=sum -e 'print sum(1 .. 100), "\n"'; perl -MDigest::MD5=md5_hex -e 'print md5_hex("x"), "\n"'; perl -c -e 'if' ; echo $?; perl -e 'die "dead\n"'; echo $?; perl -e 'kill 15, $$'; echo $?; perl -we 'my $x; print "v: $x\n"' ; printf 'print "script @ARGV\\n"; print <DATA>;\n__END__\ndata\n' >s; perl s a b; perl -MJSON::PP -e 'print JSON::PP->new->canonical->encode({b => [1, undef], a => "x"}), "\n"'; perl -MEncode -e 'print length(decode("UTF-8", "\xc3\xa9")), "\n"'; perl -e 'my @a = map { $_ ** 2 } grep { $_ % 2 } 1 .. 9; print "@a[1..3]\n"; local $, = "-"; print sort({ $b <=> $a } @a), "\n"'; perl -Mbigint -e 'print 2 ** 200, "\n"'; perl -e 'my $r = "a" x 30; print "backtracked\n" if ("a" x 28) !~ /^(a+)+b$/'; perl -MPOSIX -e 'print strftime("%F", gmtime 86400), " ", floor(-1.5), "\n"'; perl -MBenchmark -e 'print "ok\n"'; perl -V:useithreads; perl -e '$SIG{INT} = sub { print "caught\n"; exit 3 }; kill INT => $$; sleep 1'; echo $?
