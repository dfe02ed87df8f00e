# haproxy: balances between servers on Unix sockets, its health checks and its command socket
program: haproxy
packages: haproxy nginx-light curl socat
memory: 256M

== balance
limit: 60
--
cat >ngx <<'EOF'
pid /tmp/w/pid; error_log /tmp/w/err; events { }
http {
	access_log off;
	server { listen unix:/tmp/w/a; location / { return 200 "a $request_uri $http_x_set\n"; } }
	server { listen unix:/tmp/w/b; location / { return 200 "b $request_uri $http_x_set\n"; } }
}
EOF
cat >conf <<'EOF'
global
	stats socket /tmp/w/ctl level admin
	nbthread 2
	pidfile /tmp/w/hpid
defaults
	mode http
	timeout connect 5s
	timeout client 5s
	timeout server 5s
	option httpchk GET /check
frontend front
	bind unix@/tmp/w/front
	http-request set-header X-Set %[path,length]
	http-request return status 418 content-type text/plain string "no tea" if { path /tea }
	acl old path_beg /old
	http-request redirect location /new if old
	default_backend both
backend both
	balance roundrobin
	server a unix@/tmp/w/a check inter 200ms
	server b unix@/tmp/w/b check inter 200ms
EOF
chmod 777 .
# no network, no name servers
: >/etc/resolv.conf
nginx -c /tmp/w/ngx
haproxy -c -f conf
haproxy -D -f conf
get() { curl -sS --unix-socket /tmp/w/front "$@"; }
ctl() { echo "$1" | socat -t 5 - UNIX-CONNECT:/tmp/w/ctl; }
until [ "$(ctl 'show stat' | grep -c '^both,[ab],.*,UP,.*L7OK')" = 2 ]; do sleep 0.1; done
for i in 1 2 3 4; do get http://x/$i; done | sort
get -w ' %{http_code}\n' http://x/tea
get -o /dev/null -w '%{http_code} %{redirect_url}\n' http://x/old/1
ctl 'disable server both/a'
for i in 5 6 7; do get http://x/$i; done
ctl 'enable server both/a'
ctl 'set server both/a weight 50%'
ctl 'show servers state both' | awk '/both/ {print $2, $4, $6, $8}'
nginx -c /tmp/w/ngx -s stop
until get -o /dev/null -w '%{http_code}\n' http://x/8 | grep 503; do sleep 0.2; done
until [ "$(ctl 'show stat' | grep -c '^both,[ab],.*,DOWN,')" = 2 ]; do sleep 0.1; done
ctl 'show stat' | grep '^both,' | cut -d, -f1,2,18
kill $(cat hpid)
while [ -e front ] && kill -0 $(cat hpid) 2>/dev/null; do sleep 0.1; done
echo done
