# What needs hardware, a console, modules or a network, without: their messages and statuses. Those that
# would touch this machine (its network, clock, log, modules) are in tests/flat/applets.sh.
# limit: 30
exec 2>&1
# each COMMAND...: the first lines of what it says and its status; 143 is a time limit.
each() { timeout 2 "$@" </dev/null >said 2>&1; s=$?; echo "$1: $s"; sed "s,$(pwd),D,;/^BusyBox v/d" said | head -2; }
n=/dev/nosuch
echo "== consoles"
for a in 'chvt 1' 'deallocvt 3' 'fgconsole' 'kbd_mode' 'dumpkmap' 'loadkmap' 'loadfont' "setfont $n" 'setkeycodes e0 1' 'showkey' 'openvt true' 'conspy' 'setlogcons 1' "fbsplash -s $n" 'beep' 'setconsole -r nosuch' 'vlock' 'microcom /dev/nosuch' "setserial $n" "slattach $n" 'rx x' 'fbset -i'; do each $a; done
echo "== devices"
for a in "fdflush $n" "fdformat $n" "blkdiscard $n" "fsfreeze --freeze $n" "fstrim $n" 'devmem 0' "i2cget -y 9 9" "i2cset -y 9 9 1 1" "i2cdump -y 9 9" "i2cdetect -y 9" "i2ctransfer -y 9 w1@1 1" "nanddump $n" "nandwrite $n x" "nbd-client -d $n" "ubiattach -m 9 $n" "ubidetach -d 9 $n" "ubimkvol $n -N x -s 1" "ubirename $n a b" "ubirmvol $n -n 1" "ubirsvol $n -n 1 -s 1" "ubiupdatevol $n -t" "rtcwake -d $n -s 1" "hwclock -f $n" "partprobe $n" "eject $n" "mkswap $n" "swapon $n" "volname $n" "readprofile -p $n" "mdev nosuch" "hdparm $n" "raidautorun $n" "watchdog -F $n" "mt -f $n rewind" "losetup $n x" "blkid $n" "makedevs -d $n x" "adjtimex -h" "acpid -d -f -e nosuch -c nosuch"; do each $a; done
echo "== modules and roots"
for a in 'depmod -n -b nosuch 9' 'switch_root' 'switch_root /nosuch nosuch' 'pivot_root a b' 'run-init' 'run-init . /nosuch' 'init nosuch' 'nsenter -t 99999 -u true' 'unshare --nosuch' 'chroot nosuch' 'ipcs -q' 'ipcrm -q 9999' 'ipcrm' 'svc -u nosuch' 'svok nosuch' 'sv status nosuch' 'start-stop-daemon' 'busybox nosuch' 'crond -x' 'syslogd -x' 'klogd -x' 'logger -x' 'cttyhack' 'bootchartd'; do each $a; done
echo "== networks"
for a in brctl dhcprelay ether-wake fakeidentd\ -x ftpd\ -x ftpget ftpput 'ifdown -i nosuch x' ifenslave\ -x 'ifplugd -x' 'ifup -i nosuch x' 'ip nosuch' 'ipaddr nosuch' 'iplink nosuch' 'ipneigh nosuch' 'iproute nosuch' 'iprule nosuch' 'iptunnel nosuch' 'ipcalc -n 10.1.2.3/8' 'ipcalc -b -m 192.168.1.9 255.255.255.0' 'ipcalc 300.1.1.1' 'nameif -c nosuch x' 'netstat -nosuch' nslookup 'ping -nosuch' ping6 pscan 'rdate -x' 'route nosuch' ssl_client 'tcpsvd' 'telnet' 'telnetd -x' 'tftp' 'tftpd -x' 'traceroute' traceroute6 'tunctl -x' 'udhcpc -x' 'udhcpc6 -x' 'udpsvd' 'vconfig' 'wget' 'whois -x' 'zcip' 'slattach' 'nbd-client' 'sendmail -x' 'popmaildir -x' 'httpd -h nosuch' 'hostname -F nosuch'; do each $a; done
