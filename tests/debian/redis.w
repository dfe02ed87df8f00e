# redis: a server on a Unix socket, its data types, and BGSAVE, which is a fork of the whole heap
program: redis
packages: redis-server redis-tools
memory: 256M

== types
limit: 40
--
redis-server --port 0 --unixsocket s --logfile log --save '' --daemonize no &
r() { redis-cli -s s "$@"; }
until r ping >/dev/null 2>&1; do sleep 0.1; done
r ping
r mset a 1 b 2
r incrby a 41
r rpush l x y z
r lrange l 0 -1
r hset h f1 v1 f2 v2
r hgetall h | sort
r sadd s m1 m2 m3
r sismember s m2
r zadd z 3 c 1 a 2 b
r zrange z 0 -1 withscores
r setbit bits 7 1
r pfadd hll a b c d
r pfcount hll
r xadd stream 1-1 k v
r xrange stream - +
r eval 'return {redis.call("get", KEYS[1]), #ARGV}' 1 a p q
r object encoding l
r get h
r set t v px 50
sleep 0.3
r exists t
printf 'multi\nincr a\nincr a\nexec\n' | r
r dbsize
r shutdown nosave
wait
echo "status $?"

== subscribe
limit: 40
--
redis-server --port 0 --unixsocket s --logfile log --save '' &
r() { redis-cli -s s "$@"; }
until r ping >/dev/null 2>&1; do sleep 0.1; done
r subscribe news >got &
sub=$!
until [ "$(r pubsub numsub news | tail -1)" = 1 ]; do sleep 0.1; done
r publish news one
r publish news two
r --raw blpop queue 20 >popped &
pop=$!
until r client list | grep -q 'cmd=blpop'; do sleep 0.1; done
r lpush queue job
wait $pop
cat popped
until grep -q two got; do sleep 0.1; done
kill $sub
wait $sub
cat got
r shutdown nosave
wait

== pipe
limit: 60
memory: 256M
--
redis-server --port 0 --unixsocket s --logfile log --save '' &
r() { redis-cli -s s "$@"; }
until r ping >/dev/null 2>&1; do sleep 0.1; done
i=0
while [ $i -lt 1000 ]; do
	echo "SET key:$i value-$i"
	echo "INCRBY sum $i"
	i=$((i + 1))
done | r --pipe | tail -1
r get sum
r mget key:0 key:500 key:999 key:1000
redis-benchmark -s s -n 2000 -c 20 -P 4 -r 500 -q -t set,incr,lpush,spop | tr '\r' '\n' | sed -n 's/: [0-9.]* requests per second.*/: done/p'
r llen mylist
r get counter:__rand_int__
redis-cli -s s --bigkeys | grep -c '^Biggest'
r shutdown nosave
wait

== bgsave
limit: 120
memory: 384M
--
# What is saved is the moment of the fork.  Every write raises n and puts its number into one of
# 1,000 keys, as one step; so in a state that existed at one moment each key holds the last number
# that fell to it.  The child is made slow, so that writes go on all the time that it saves.
redis-server --port 0 --unixsocket s --logfile log --save '' --dbfilename one.rdb &
r() { redis-cli -s "$sock" "$@"; }
sock=s
until r ping >/dev/null 2>&1; do sleep 0.1; done
r eval 'for i = 1, 4000 do redis.call("set", "fill:"..i, string.rep("x", 5000)) end return "filled"' 0
WRITE='local i = redis.call("incr", "n") redis.call("set", "k"..(i % 1000), i) return i'
r eval 'redis.call("set", "n", 0) for i = 1, 1000 do redis.call("set", "k"..i, 0) end' 0
r config set rdb-key-save-delay 400

redis-benchmark -s s -n 1000000 -c 4 -q eval "$WRITE" 0 >/dev/null 2>&1 &
load=$!
until [ "$(r get n)" -gt 1000 ]; do sleep 0.1; done
before=$(r get n)
r bgsave
after=$(r get n)
r info persistence | tr -d '\r' | grep rdb_bgsave_in_progress
until [ "$(r get n)" -gt $((after + 1000)) ]; do sleep 0.1; done
r info persistence | tr -d '\r' | grep rdb_bgsave_in_progress
r config set rdb-key-save-delay 0
until r info persistence | grep -q rdb_bgsave_in_progress:0; do sleep 0.1; done
r info persistence | tr -d '\r' | grep last_bgsave_status
kill $load
wait $load
last=$(r get n)

redis-server --port 0 --unixsocket s2 --logfile log2 --save '' --dbfilename one.rdb &
sock=s2
until [ "$(r ping 2>&1)" = PONG ]; do sleep 0.1; done
saved=$(r get n)
[ "$before" -le "$saved" ] && [ "$saved" -le "$after" ] && echo 'saved while bgsave was asked for'
[ "$saved" -lt "$last" ] && echo 'and written since'
cat >check.lua <<'EOF'
local n, wrong = tonumber(redis.call("get", "n")), 0
for j = 0, 999 do
	local want = n - (n - j) % 1000
	if tonumber(redis.call("get", "k"..j)) ~= want then wrong = wrong + 1 end
end
for i = 1, 4000 do
	if redis.call("get", "fill:"..i) ~= string.rep("x", 5000) then wrong = wrong + 1 end
end
return "wrong keys: "..wrong
EOF
r --eval check.lua
sock=s
r --eval check.lua
r dbsize
for sock in s s2; do r shutdown nosave; done
wait
redis-check-rdb one.rdb | grep 'keys read'

== exact
limit: 60
memory: 256M
--
# Nothing writes while BGSAVE is asked for, everything is overwritten while the child saves: the
# file has the old values, every one of them.
redis-server --port 0 --unixsocket s --logfile log --save '' --dbfilename old.rdb &
r() { redis-cli -s "$sock" "$@"; }
sock=s
until r ping >/dev/null 2>&1; do sleep 0.1; done
FILL='for i = 1, 5000 do redis.call("set", "k"..i, ARGV[1]..i) end redis.call("del", "l") for i = 1, 5000 do redis.call("rpush", "l", ARGV[1]) end'
r eval "$FILL" 0 old
DIGEST='local s = "" for i = 1, 5000 do s = redis.sha1hex(s..redis.call("get", "k"..i)) end for _, v in ipairs(redis.call("lrange", "l", 0, -1)) do s = redis.sha1hex(s..v) end return s'
r eval "$DIGEST" 0
r config set rdb-key-save-delay 500
r bgsave
r eval "$FILL" 0 new
r eval "$DIGEST" 0
r info persistence | tr -d '\r' | grep rdb_bgsave_in_progress
until r info persistence | grep -q rdb_bgsave_in_progress:0; do sleep 0.1; done
r config set rdb-key-save-delay 0
redis-server --port 0 --unixsocket s2 --logfile log2 --save '' --dbfilename old.rdb &
sock=s2
until [ "$(r ping 2>&1)" = PONG ]; do sleep 0.1; done
r eval "$DIGEST" 0
for sock in s s2; do r shutdown nosave; done
wait

== aof
limit: 60
--
# the append-only file, rewritten by a forked child while writes go on, then replayed
redis-server --port 0 --unixsocket s --logfile log --save '' --appendonly yes &
r() { redis-cli -s s "$@"; }
until r ping >/dev/null 2>&1; do sleep 0.1; done
r eval 'for i = 1, 3000 do redis.call("set", "k"..(i % 100), i) redis.call("lpush", "l", i) end' 0
r bgrewriteaof
i=0
while [ $i -lt 20 ]; do r incr after >/dev/null; i=$((i + 1)); done
until r info persistence | grep -q aof_rewrite_in_progress:0; do sleep 0.1; done
r info persistence | tr -d '\r' | grep -E 'aof_last_(bgrewrite|write)_status'
r incr after
r shutdown nosave
wait
ls appendonlydir
redis-server --port 0 --unixsocket s --logfile log --save '' --appendonly yes &
until [ "$(r ping 2>&1)" = PONG ]; do sleep 0.1; done
r get after
r llen l
r get k7
r shutdown nosave
wait
