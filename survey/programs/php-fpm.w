program: php-fpm
packages: php-fpm libfcgi-bin
memory: 512M
limit: 60

== pool
--
printf '[global]\nerror_log=/tmp/w/log\npid=/tmp/w/pid\n[p]\nuser=www-data\ngroup=www-data\nlisten=/tmp/w/s\npm=static\npm.max_children=2\n' >c
printf '<?php echo "sum ", array_sum(range(1, 10)), "\\n", shell_exec("echo shell");' >/tmp/a.php; chmod 644 /tmp/a.php
/usr/sbin/php-fpm* -y /tmp/w/c -D
for i in $(seq 100); do [ -S s ] && break; sleep 0.1; done
for i in 1 2 3; do SCRIPT_FILENAME=/tmp/a.php REQUEST_METHOD=GET cgi-fcgi -bind -connect /tmp/w/s | tail -2; done
kill $(cat pid)
