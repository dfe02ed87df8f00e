# Those programs of busybox that on Linux would touch the machine they run on, or tell of it: networks, the
# clock, the log, modules, the end. Here each has to end in time with its status, and the guest lives on.
# All others are run in tests/scripts, compared with Linux. None of `busybox --list` is left out but linuxrc:
# a second name of init, which is in system.sh with halt and reboot; dmesg is there too.
. tests/flat/lib.sh

# One line each: the status (143: it served until its time was over), the program.
cat >"$dir/list" <<'EOS'
1 ifconfig -a
2 ip link
1 ipaddr show
1 iproute list
0 netstat -tn
1 arp -a
1 arping -c 1 10.0.0.1
1 route -n
1 ping -c 1 127.0.0.1
1 ping6 -c 1 ::1
1 traceroute 127.0.0.1
1 wget http://127.0.0.1:1/
1 nc 127.0.0.1 1
1 telnet 127.0.0.1 1
1 ftpget 127.0.0.1 x
1 ftpput 127.0.0.1 x
1 tftp -g -r x 127.0.0.1
1 nslookup nosuch 127.0.0.1
1 whois -h 127.0.0.1 nosuch
1 rdate 127.0.0.1
1 ntpd -n -q -p 127.0.0.1
1 udhcpc -n -f -i lo
1 udhcpd -f nosuch
1 dhcprelay lo lo
1 zcip -f lo true
1 dnsd -c nosuch
1 httpd -f
0 inetd -f nosuch
1 telnetd -F
1 tcpsvd 127.0.0.1 99 true
1 udpsvd 127.0.0.1 99 true
1 ifplugd -n -i lo
1 pscan 127.0.0.1
1 ether-wake 11:22:33:44:55:66
1 nameif x 11:22:33:44:55:66
1 brctl show
1 tc qdisc show
1 tunctl
1 vconfig add lo 1
0 iptunnel show
1 ifenslave bond0 lo
1 sendmail -S 127.0.0.1:1 x
1 lpr -P x nosuch
1 lpq -P x
1 lpd /tmp nosuch
1 nbd-client 127.0.0.1 1 /dev/nosuch
1 ssl_client -s 9
1 lsmod
1 modinfo nosuch
0 lspci
0 lsusb
1 uevent nosuch
0 powertop
1 rdev
1 resume /dev/nosuch
0 smemcap
1 swapoff -a
1 swapoff /dev/nosuch
1 unshare -u hostname
1 dmesg -n 9
0 date -s 2020.01.01-00:00
0 bootchartd stop
143 klogd -n
EOS
cat >"$dir/try" <<'EOS'
while read -r want line; do
	timeout 2 $line </dev/null >/tmp/said 2>&1
	got=$?
	[ $got = $want ] || echo "$line: $got and not $want: $(grep -v '^$' /tmp/said | head -1)"
done
echo alive
EOS
got=$(timeout 150 $FLAT run -v "$dir/try:/try" -v "$dir/list:/list" -- sh -c 'sh /try </list' </dev/null 2>&1)
check applets_end_in_time_without_hardware output alive "$got"
