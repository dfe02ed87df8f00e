# nginx: master and workers on Unix sockets, files, a proxy between two servers, reload and quit
program: nginx
packages: nginx-light curl
memory: 256M

== static
limit: 40
--
mkdir -p site/dir logs
cat >conf <<'EOF'
pid /tmp/w/pid;
error_log /tmp/w/logs/error.log;
worker_processes 2;
events { worker_connections 64; }
http {
	access_log /tmp/w/logs/access.log combined;
	types { text/html html; text/plain txt; }
	gzip on;
	gzip_min_length 100;
	gzip_types text/plain;
	server {
		listen unix:/tmp/w/front;
		root /tmp/w/site;
		location /dir/ { autoindex on; autoindex_exact_size on; }
		location /old { return 301 /new; }
		location /secret { deny all; }
		location /back/ { proxy_pass http://unix:/tmp/w/back:/; proxy_set_header X-Via front; }
	}
	server {
		listen unix:/tmp/w/back;
		location / { return 200 "back: $request_uri via $http_x_via\n"; }
	}
}
EOF
chmod 755 . site
echo '<h1>hello</h1>' >site/index.html
seq 1 20000 >site/numbers.txt
nginx -t -q -c /tmp/w/conf
echo "status $?"
nginx -c /tmp/w/conf
get() { curl -sS --unix-socket /tmp/w/front "$@"; }
get http://x/
get http://x/numbers.txt | cksum
get --compressed http://x/numbers.txt | cksum
get -o /dev/null -w '%{http_code} %{content_type} %{size_download}\n' http://x/numbers.txt
get -r 10-19 http://x/numbers.txt | od -c
get -o /dev/null -w '%{http_code} %{redirect_url}\n' http://x/old
get -o /dev/null -w '%{http_code}\n' http://x/missing
get -o /dev/null -w '%{http_code}\n' http://x/secret
get -I http://x/index.html | grep -E '^(HTTP|Content|Accept)' | tr -d '\r'
get http://x/back/a?b=c
get http://x/dir/ | grep -c href
get http://x/ http://x/ http://x/back/1 http://x/back/2
for i in 1 2 3 4 5 6; do get http://x/numbers.txt | cksum & jobs="$jobs $!"; done
wait $jobs
sed -i 's/back: /changed: /' conf
nginx -c /tmp/w/conf -s reload
until get http://x/back/z | grep changed; do sleep 0.1; done
nginx -c /tmp/w/conf -s quit
while [ -e pid ]; do sleep 0.1; done
ls -d front back 2>&1
awk '{print $6, $7, $9}' logs/access.log | grep -v '/z ' | grep -v unix | sort | uniq -c
cat logs/error.log | sed 's/.*: \*[0-9]* //'
