# dbus: a bus with its policy, names, signals and services that it starts on demand
program: dbus
packages: dbus
memory: 256M

== session
limit: 60
--
mkdir services
cat >services/echo.service <<'EOF'
[D-BUS Service]
Name=org.example.Started
Exec=/bin/sh -c 'echo started >>/tmp/w/started; exec dbus-test-missing'
EOF
cat >conf <<'EOF'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=/tmp/w/bus</listen>
  <servicedir>/tmp/w/services</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <deny send_interface="org.example.Denied"/>
  </policy>
</busconfig>
EOF
dbus-daemon --config-file=conf --fork --print-pid=3 3>pid
export DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/w/bus
send() { dbus-send --session --print-reply=literal "$@" 2>&1 | sed 's/ pid=[0-9]*//'; }
bus() { m=$1; shift; send --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.$m "$@"; }
bus ListActivatableNames
bus NameHasOwner string:org.freedesktop.DBus
bus GetConnectionUnixUser string:org.freedesktop.DBus
bus GetNameOwner string:org.example.Nobody
bus StartServiceByName string:org.example.Started uint32:0
cat started
send --dest=org.freedesktop.DBus /org/freedesktop/DBus org.example.Denied.Call
dbus-monitor --session "type='signal',interface='org.example.News'" >seen 2>/dev/null &
mon=$!
until grep -q 'NameAcquired' seen; do sleep 0.1; done
i=0
until grep -q 'member=Last' seen; do
	[ $i -gt 0 ] || dbus-send --session --type=signal / org.example.News.First string:hello int32:-5 array:byte:1,2,3 dict:string:int32:a,1,b,2 variant:double:0.5
	dbus-send --session --type=signal / org.example.News.Last
	sleep 0.2
	i=$((i + 1))
done
grep -A 20 'member=First' seen | sed '/member=Last/,$d; s/^signal.*path/signal path/; s/serial=[0-9]* //'
kill $mon
for i in 1 2 3 4 5 6 7 8; do bus GetId | grep -Ec '^ +[0-9a-f]{32}$' & jobs="$jobs $!"; done
wait $jobs
kill $(cat pid)
while [ -e bus ]; do sleep 0.1; done
bus ListNames | sed 's/socket .*: /socket: /'

== system
limit: 60
--
mkdir -p /run/dbus
dbus-daemon --system --fork
runuser -u nobody -- dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames
echo "status $?"
runuser -u nobody -- dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.RequestName string:org.example.Mine uint32:0 2>&1 | sed 's/":[0-9.]*"/"n"/'
runuser -u nobody -- dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.ReloadConfig
echo "status $?"
dbus-uuidgen --ensure=/tmp/w/id && wc -c <id
pid=$(cat /run/dbus/pid)
kill $pid
while [ -e /proc/$pid ]; do sleep 0.1; done
echo ended
