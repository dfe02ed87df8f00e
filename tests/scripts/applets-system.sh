# What asks the machine: free uptime iostat mpstat nmeter sysctl arch nproc who hostname ipcs … and
# what needs hardware that is not there.
exec 2>&1
masked() { sed 's/[0-9][0-9.]*/N/g'; }
free | awk '{ print $1, NF }'; free -m | wc -l; free -k | awk '/^Mem/ { print ($2 > 1000), ($2 >= $3), ($7 > 0) }'
uptime | sed 's/.*load/load/' | masked; wc -w </proc/uptime; wc -w </proc/loadavg
iostat -c | awk 'NR == 3 { print NF }'; mpstat | awk 'END { print NF }'; nmeter -d 0 '%10c' </dev/null >nm & sleep 0.3; kill $!; wait; wc -l <nm | sed 's/[1-9][0-9]*/some/'
sysctl kernel.ostype kernel.hostname; sysctl -n kernel.pid_max | wc -l; sysctl -e nosuch.key; echo $?; sysctl nosuch.key; echo $?
sysctl -w kernel.hostname=changed; hostname; hostname flatshare; hostname; hostname -s; hostname -f >/dev/null; echo $?; cat /proc/sys/kernel/hostname
arch; uname -s -m -n; nproc >/dev/null; echo $?; hostid | wc -c; dnsdomainname; logname >/dev/null; echo $?; who | wc -l; users; whoami; id; groups; tty; echo $?
last >/dev/null; echo $?; w | head -1 | sed 's/.*load/load/' | masked; runlevel; echo $?; mesg; echo $?
grep -c . /proc/version; awk '/^MemTotal|^MemFree|^SwapTotal/ { print $1, NF }' /proc/meminfo; awk '/^processor|^model name|^flags/ { print $1 }' /proc/cpuinfo | sort -u
awk '{ print NF }' /proc/loadavg /proc/uptime; awk '/^cpu / { print NF } /^ctxt|^btime|^processes|^procs_running/ { print $1, NF }' /proc/stat; head -1 /proc/swaps
grep -c 'proc$' /proc/filesystems; grep -c '^  1 mem' /proc/devices; grep -c LOC: /proc/interrupts; awk '/^pgfault |^nr_free_pages / { print $1, NF }' /proc/vmstat
tr -d '0-9a-f' </proc/sys/kernel/random/uuid; cat /proc/sys/kernel/random/boot_id | wc -c; cmp /proc/sys/kernel/random/boot_id /proc/sys/kernel/random/boot_id && echo same
modprobe nosuch; echo $?; insmod /nosuch; rmmod nosuch; eject /dev/nosuch; echo $?
hwclock -f /dev/nosuch; echo $?; fbset -fb /dev/nosuch; echo $?; setconsole -r /dev/nosuch; echo $?; hdparm /dev/nosuch; echo $?; blockdev --getsize /dev/nosuch; echo $?
i2cdetect -l; echo $?; rtcwake -d /dev/nosuch -s 1; echo $?; watchdog /dev/nosuch; echo $?; sleep 0.1; lsscsi; echo $?; raidautorun /dev/nosuch; echo $?
readahead /bin/busybox; echo $?; sync; fsync /bin/busybox; echo $?; fallocate -l 10000 fa; stat -c %s fa; truncate -s 5 fa; stat -c %s fa; shred -n 1 fa; stat -c %s fa
mkfifo ff; stat -c %F ff; mknod nn c 1 3; stat -c '%F %t %T' nn; echo x >nn; echo $?; rm nn; makedevs 2>/dev/null; echo $?; cttyhack true; echo $?; getopt ab: -a -b c d
echo a | ts %Y | masked; usleep 1000; echo $?; adjtimex | masked | head -3; date +%Y | masked; cal 2 2001; ttysize; echo $?; ulimit -a | wc -l
stat -f -c '%T %S' /proc; stat -c '%t:%T %a' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty; ls -l /dev/fd /dev/stdin /dev/stdout /dev/stderr | awk '{ print $9, $10, $11 }'
head -c 3 /dev/zero | od -An -tx1; echo x >/dev/full; echo $?; head -c 8 /dev/urandom | wc -c; echo in | cat /dev/stdin; echo out >/dev/stdout; cat /dev/null
crontab -l; echo $?; mkpasswd -m md5 -S abcdefgh secret; cryptpw -m sha256 -S abcdefgh x; echo secret | md5sum; vlock </dev/null 2>/dev/null; echo $?
