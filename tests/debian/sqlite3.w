# sqlite3: tables, transactions, indexes, full text, and two processes that write to one file
program: sqlite3
packages: sqlite3
memory: 256M

== queries
limit: 60
--
sqlite3 shop.db <<'EOF'
PRAGMA journal_mode=DELETE;
CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL);
CREATE TABLE sale(item INTEGER REFERENCES item(id), day TEXT, n INTEGER);
WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM k WHERE i<2000)
INSERT INTO item SELECT i, printf('item-%05d', i), (i*37 % 1000)/10.0 FROM k;
WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM k WHERE i<20000)
INSERT INTO sale SELECT i*7919 % 2000 + 1, date('2020-01-01', (i % 365)||' days'), i % 9 FROM k;
CREATE INDEX by_item ON sale(item);
.mode column
.headers on
SELECT strftime('%m', day) AS month, count(*) AS sales, round(sum(n*price),2) AS sum
  FROM sale JOIN item ON item.id=sale.item GROUP BY month ORDER BY month;
EXPLAIN QUERY PLAN SELECT * FROM sale WHERE item=17;
BEGIN;
DELETE FROM sale WHERE n=0;
SELECT changes();
ROLLBACK;
SELECT count(*) FROM sale;
INSERT INTO item(name) VALUES('item-00001');
PRAGMA integrity_check;
EOF
echo "status $?"
sqlite3 shop.db .dump | cksum
sqlite3 shop.db .dump | sqlite3 copy.db && sqlite3 copy.db 'select count(*), sum(n) from sale'
sqlite3 shop.db 'VACUUM INTO "small.db"' && sqlite3 small.db 'PRAGMA integrity_check'

== wal
limit: 60
--
# a writer and readers at the same time: the log is shared memory of the processes
sqlite3 w.db 'PRAGMA journal_mode=WAL; CREATE TABLE t(who TEXT, n INTEGER);'
for who in a b c; do
	(
		i=0
		while [ $i -lt 15 ]; do
			sqlite3 -cmd '.timeout 30000' w.db "INSERT INTO t VALUES('$who', $i);"
			i=$((i + 1))
		done
	) &
done
wait
sqlite3 w.db 'SELECT who, count(*), sum(n) FROM t GROUP BY who; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA integrity_check;'
ls w.db*

== locked
--
# a transaction holds the write lock while another process asks for it
sqlite3 l.db 'CREATE TABLE t(x);'
mkfifo in
sqlite3 l.db <in >out &
exec 3>in
echo 'BEGIN IMMEDIATE; INSERT INTO t VALUES(1); SELECT "held";' >&3
until grep -q held out; do sleep 0.1; done
sqlite3 l.db 'INSERT INTO t VALUES(2);'
echo "status $?"
sqlite3 l.db 'SELECT count(*) FROM t;'
echo 'COMMIT;' >&3
exec 3>&-
wait
sqlite3 l.db 'INSERT INTO t VALUES(3); SELECT x FROM t ORDER BY x;'

== crash
--
# what a killed writer left behind is rolled back by the next one
sqlite3 c.db 'CREATE TABLE t(x); INSERT INTO t VALUES(1);'
mkfifo in
sqlite3 c.db <in >out &
pid=$!
exec 3>in
echo 'PRAGMA cache_size=1; BEGIN; WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM k WHERE i<5000) INSERT INTO t SELECT randomblob(200) FROM k; SELECT "written";' >&3
until grep -q written out; do sleep 0.1; done
ls c.db*
kill -9 $pid
wait $pid
echo "status $?"
exec 3>&-
sqlite3 c.db 'SELECT count(*) FROM t; PRAGMA integrity_check;'
ls c.db*
