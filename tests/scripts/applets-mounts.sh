# mount umount mountpoint df du losetup, /proc/mounts.
exec 2>&1
mountpoint /proc; mountpoint /bin; mountpoint /nosuch; mountpoint -q /proc && echo quiet; mkdir m b
mount -t tmpfs -o size=1M,mode=700 tm m; mountpoint m; stat -c %a m; grep -c " $(pwd)/m tmpfs rw,relatime,size=1024k" /proc/mounts
mount | grep " $(pwd)/m " | sed "s,$(pwd),D,;s/,nr_inodes=[0-9]*//;s/,inode64//"; awk -v m="$(pwd)/m" '$5 == m { print $4, $9, $10 }' /proc/self/mountinfo | sed 's/nr_in.*//'
df m | awk 'END { print $1, $2, $3, $4, $5 }'; dd if=/dev/zero of=m/f bs=1k count=100 2>/dev/null; df -k m | awk 'END { print $3 }'
dd if=/dev/zero of=m/g bs=1k count=2000 2>&1 | grep -c 'No space'; df -h m | awk 'END { print $2, $5 }'; df -P m | head -1; df -T m | awk 'END { print $2 }'
du -k m; du -s m; du -a m | wc -l; umount m; echo $?; umount m 2>&1 | sed "s,$(pwd),D,"; mount -o remount,ro /nosuch; echo $?; mount -t nosuchfs x m; echo $?
mount --bind /bin b && ls b/sh; mount -o remount,ro,bind b; touch b/x; umount b; echo $?; mount -t tmpfs x m; (cd m; umount ../m; echo $?; umount -l ../m; echo $?); ls m
mount -t proc proc m && ls m/self/status && umount m; mount -t tmpfs -o ro x m; touch m/f; echo $?; umount m
df /nosuch; echo $?; df | head -1; mkdir -p du/a; head -c 5000 /dev/zero >du/a/f; ln du/a/f du/a/g; du -b du/a/f; du -b du/a | awk '{ print ($1 >= 5000 && $1 < 14000) }'; du -c -b du/a/f | tail -1
losetup -f; echo $?; pivot_root . 2>/dev/null; echo $?; findfs LABEL=x; echo $?; blkid; echo $?; swapon -a; echo $?; swapoff -a; echo $?; fsck -h >/dev/null 2>&1; echo $?
