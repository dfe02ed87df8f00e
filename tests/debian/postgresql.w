# PostgreSQL: initdb, a server on a Unix socket (a fork for each connection, shared memory), pgbench
program: postgresql
packages: postgresql-15 postgresql-contrib
memory: 512M
env: PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
env: PGHOST=/tmp/w

== initdb
limit: 60
--
chown postgres .
runuser -u postgres -- initdb -D data -A trust -N --no-instructions | grep -v creating.directory
runuser -u postgres -- pg_controldata data | grep -E 'state|block size|Catalog version'
ls data

== session
limit: 120
--
chown postgres .
runuser -u postgres -- initdb -D data -A trust -N >/dev/null
runuser -u postgres -- pg_ctl -D data -w -t 100 -l log -o "-k /tmp/w -c listen_addresses='' -c fsync=off" start | tail -1
cat >one.sql <<'EOF'
create table item(id serial primary key, name text unique, price numeric(8,2) check (price >= 0));
insert into item(name, price) select 'item '||i, (i * 37 % 1000) / 10.0 from generate_series(1, 5000) i;
create index on item(price);
analyze item;
select count(*), sum(price), min(name), max(price) from item;
explain (costs off) select * from item where id = 7;
select name, price, rank() over (order by price desc, id) from item order by 3 limit 5;
with recursive f(a, b) as (values (0, 1) union all select b, a + b from f where b < 1000) select string_agg(a::text, ' ') from f;
insert into item(name, price) values ('bad', -1);
begin; delete from item; select count(*) from item; rollback; select count(*) from item;
create function twice(x int) returns int language plpgsql as $$ begin return 2 * x; end $$;
select twice(21);
select 1/0;
create extension pgcrypto; select encode(digest('a', 'sha256'), 'hex');
select '{"a": [1, 2, {"b": null}]}'::jsonb #> '{a,2}';
\copy (select * from item where id < 4) to stdout csv header
set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;
select count(*) from item a join item b using (price);
listen news; notify news;
EOF
psql -U postgres -X -f one.sql 2>&1 | sed 's/with PID [0-9]*/with PID n/'
echo "status $?"
pg_dump -U postgres postgres | grep -v '^--' | sed 's/^\\\(un\)*restrict.*//' | cksum
createdb -U postgres copy
pg_dump -U postgres -Fc postgres | pg_restore -U postgres -d copy
psql -U postgres -X -At -c 'select count(*), sum(price) from item' copy
runuser -u postgres -- pg_ctl -D data -m fast -w -t 100 stop | tail -1
runuser -u postgres -- pg_controldata data | grep state

== concurrent
limit: 180
--
# connections that lock each other out, a deadlock, a killed backend, a crash and its recovery
chown postgres .
runuser -u postgres -- initdb -D data -A trust -N >/dev/null
start() { runuser -u postgres -- pg_ctl -D data -w -t 100 -l log -o "-k /tmp/w -c listen_addresses='' -c deadlock_timeout=200ms" start | tail -1; }
q() { psql -U postgres -X -At "$@" 2>&1; }
start
q -c 'create table acc(id int primary key, v int); insert into acc select i, 100 from generate_series(1, 10) i'
for i in 1 2 3 4 5 6; do
	(for j in 1 2 3 4 5; do q -c "begin; update acc set v = v - $i where id = 1; update acc set v = v + $i where id = 2; commit" >/dev/null; done) &
	jobs="$jobs $!"
done
wait $jobs
q -c 'select * from acc where id < 3 order by id; select sum(v) from acc'
# each of two takes a row and then wants the other's: one of them is told so
q -c 'begin; update acc set v = 0 where id = 3; select pg_advisory_lock(1); select pg_advisory_unlock(1); update acc set v = 0 where id = 4; commit' >d1 &
a=$!
q -c 'begin; update acc set v = 0 where id = 4; select pg_advisory_lock(1); select pg_advisory_unlock(1); update acc set v = 0 where id = 3; commit' >d2 &
b=$!
wait $a $b
n=$(cat d1 d2 | grep -c 'ERROR:  deadlock detected')
[ "$n" -le 1 ] && echo 'at most one of them is told of a deadlock'
# cancel and terminate
q -c 'select pg_sleep(100)' >s1 &
a=$!
until [ "$(q -c "select count(*) from pg_stat_activity where query like 'select pg_sleep%'")" = 1 ]; do sleep 0.1; done
q -c "select pg_cancel_backend(pid) from pg_stat_activity where query like 'select pg_sleep%'"
wait $a
cat s1
# the postmaster is killed with all that it has; the log is replayed
q -c 'create table kept as select generate_series(1, 1000) i'
kill -9 $(head -1 data/postmaster.pid)
until ! q -c 'select 1' >/dev/null; do sleep 0.1; done
until start | grep 'server started'; do sleep 0.5; done
grep -c 'redo done' log
q -c 'select count(*) from kept; select sum(v) from acc where id <> 3 and id <> 4'
runuser -u postgres -- pg_ctl -D data -m fast -w -t 100 stop | tail -1

== pgbench
limit: 180
--
chown postgres .
runuser -u postgres -- initdb -D data -A trust -N >/dev/null
runuser -u postgres -- pg_ctl -D data -w -t 100 -l log -o "-k /tmp/w -c listen_addresses='' -c fsync=off" start | tail -1
pgbench -U postgres -i -q postgres 2>&1 | grep -E 'creating|vacuuming'
pgbench -U postgres -c 4 -j 2 -t 50 postgres 2>&1 | grep -E 'processed|failed|type|clients'
pgbench -n -U postgres -S -C -c 2 -t 20 postgres 2>&1 | grep -E 'processed|failed|type|clients'
psql -U postgres -X -At -c 'select count(*), sum(delta) = (select sum(abalance) from pgbench_accounts) and sum(delta) = (select sum(bbalance) from pgbench_branches) from pgbench_history'
runuser -u postgres -- pg_ctl -D data -m smart -w -t 100 stop | tail -1
