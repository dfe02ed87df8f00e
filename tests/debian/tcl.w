# tcl: the event loop, channels, processes (and a notifier thread)
program: tclsh
packages: tcl
memory: 256M

== language
--
cat >l.tcl <<'END'
puts "[info tclversion] [expr {2**100}] [expr {7 / 2.0}] [string map {a b} banana] [lsort -integer {3 1 2}]"
proc fib n {if {$n < 2} {return $n}; expr {[fib [expr {$n-1}]] + [fib [expr {$n-2}]]}}
puts [fib 20]
set d [dict create a 1 b 2]; dict incr d a 5; puts $d
puts [regexp -all -inline {\w+} "a few words"]; puts [format %05.2f|%-5s|%x 3.14159 ab 255]
puts [catch {error boom} e o]; puts $e; puts [dict get $o -code]
coroutine c apply {{} {yield; foreach i {1 2 3} {yield $i}; return done}}; puts "[c] [c] [c] [c]"
for {set i 0} {$i < 100000} {incr i} {lappend l $i}; puts [llength $l]; puts [tcl::mathop::+ {*}$l]
oo::class create P {variable n; constructor x {set n $x}; method get {} {return $n}}; puts [[P new 4] get]
puts [binary encode base64 hello] ; puts [zlib crc32 abc]; puts [string length [zlib gunzip [zlib gzip [string repeat x 10000]]]]
puts [clock format 0 -gmt 1 -format %Y-%m-%d]; puts [encoding system]; puts [lmap x {1 2 3} {expr {$x * $x}}]
proc deep n {if {$n == 0} {return 0}; expr {1 + [deep [expr {$n - 1}]]}}; puts [deep 800]; puts [catch {deep 1000000} e]; puts $e
END
tclsh l.tcl
== processes-and-channels
stdin: typed words
--
cat >p.tcl <<'END'
puts [gets stdin]
puts [exec echo one | tr a-z A-Z]; puts [catch {exec sh -c {echo out; echo err >&2; exit 3}} e o]; puts $e; puts [lrange [dict get $o -errorcode] 2 end]
puts [catch {exec /none/here} e]; puts $e; puts [exec cat << "text in"]
set p [open |[list sort -n] r+]; puts $p "10\n9\n1"; close $p write; puts [read $p]; close $p
set f [open x w+]; fconfigure $f -translation binary; puts -nonewline $f [string repeat ab 1000]; seek $f 10; puts [read $f 4]; puts [tell $f]; close $f
puts [file size x]; file mkdir d/e; file copy x d/e/y; puts [lsort [glob d/e/*]]; file delete -force d; puts [file exists d]; puts [catch {open none} e]; puts $e; puts [file attributes x -permissions 0600][file attributes x -permissions]
foreach {r w} [chan pipe] {}; puts $w hi; close $w; puts [gets $r]
set n 0; set all ""
for {set i 0} {$i < 5} {incr i} {set q [open "|sh -c {sleep 0.0$i; echo $i}"]; fconfigure $q -blocking 0; fileevent $q readable [list take $q]}
proc take q {global n all; if {[gets $q line] >= 0} {lappend all $line} elseif {[eof $q]} {close $q; incr n}}
while {$n < 5} {vwait n}; puts [lsort $all]
after 50 {set t 1}; vwait t; puts "timer"; after 20 [list set u 2]; after cancel nothing; vwait u; puts $u
set out [open o w]; set in [open x]; fcopy $in $out -command {set done}; vwait done; puts $done; close $out
puts [pid $p2] 
END
sed -i '$d' p.tcl; echo 'puts [expr {[pid] > 0}]; exit 4' >>p.tcl
tclsh p.tcl; echo $?
echo 'puts $argv' >a.tcl; tclsh a.tcl 1 "2 3"; tclsh none.tcl 2>&1; echo $?; echo 'error x' | tclsh 2>&1; echo 'puts $tcl_platform(machine); exec sleep 0; puts done' | tclsh
== events-and-exec
# The notifier is a thread; the forks of exec must not disturb it.
--
cat >t.tcl <<'END'
set n 0
proc tick {} {global n; incr n; exec true; if {$n < 30} {after 1 tick}}
after 1 tick
while {$n < 30} {vwait n}
puts $n
END
tclsh t.tcl; for i in 1 2 3 4 5 6 7 8 9 10; do echo 'puts [exec echo $argv]' | tclsh; done
