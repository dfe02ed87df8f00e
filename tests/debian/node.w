# node: worker threads, child processes, clusters, streams, WebAssembly
program: node
packages: nodejs
memory: 768M
limit: 60

== language
--
cat >l.js <<'END'
const crypto = require('crypto'), zlib = require('zlib'), vm = require('vm'), util = require('util'), v8 = require('v8');
console.log(process.arch, process.platform, process.version.split('.')[0], process.argv.length);
console.log(crypto.createHash('sha256').update('x'.repeat(100000)).digest('hex'), crypto.pbkdf2Sync('a', 'b', 1000, 16, 'sha256').toString('hex'));
const data = JSON.stringify([...Array(1000).keys()].map(n => ({ n, sq: n * n })));
for (const [p, u] of [['gzipSync', 'gunzipSync'], ['deflateSync', 'inflateSync'], ['brotliCompressSync', 'brotliDecompressSync']])
  console.log(p, zlib[u](zlib[p](data)).toString() === data);
const fib = n => n < 2 ? n : fib(n - 1) + fib(n - 2);
console.log(fib(27), 2n ** 100n, [3, 1, 2].sort(), 'a few words'.match(/\w+/gu), new Intl.NumberFormat('de').format(1234567.89));
let a = []; for (let i = 0; i < 500000; i++) a.push({ i, s: 's' + i }); console.log(a.length, a.reduce((t, x) => t + x.i, 0)); a = null;
try { (function deep() { deep(); })(); } catch (e) { console.log(e instanceof RangeError, e.message); }
const m = new WebAssembly.Module(Buffer.from('0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex'));
console.log(new WebAssembly.Instance(m).exports.add(40, 2), new WebAssembly.Memory({ initial: 1, maximum: 100 }).grow(10));
console.log(vm.runInNewContext('x + 1', { x: 1 }), util.inspect(new Map([[1, { a: [1, 2, { b: 3 }] }]]), { depth: 5 }), v8.getHeapStatistics().number_of_native_contexts > 0);
const b = new SharedArrayBuffer(8), i = new Int32Array(b); Atomics.add(i, 0, 5); console.log(Atomics.load(i, 0), Atomics.wait(i, 0, 5, 20));
process.nextTick(() => console.log('tick')); setImmediate(() => { console.log('immediate'); setTimeout(() => console.log('timeout'), 50); }); Promise.resolve().then(() => console.log('promise'));
(async () => { for await (const x of (async function* () { yield 1; yield 2; })()) console.log('async', x); })();
process.on('exit', c => console.log('exit', c)); process.exitCode = 5;
END
node l.js; echo $?
== workers
--
cat >w.js <<'END'
const { Worker, isMainThread, parentPort, workerData, MessageChannel, threadId } = require('worker_threads');
if (!isMainThread) {
  if (workerData.shared) { const i = new Int32Array(workerData.shared); for (let n = 0; n < 20000; n++) Atomics.add(i, 0, 1); parentPort.postMessage('done'); }
  else if (workerData.wait) { const i = new Int32Array(workerData.wait); parentPort.postMessage('waiting'); Atomics.wait(i, 0, 0); parentPort.postMessage('woken ' + i[0]); }
  else if (workerData.fail) throw new Error('failed on purpose');
  else if (workerData.spin) for (;;) ;
  else parentPort.on('message', m => { if (m === null) process.exit(3); let s = 0; for (let n = 0; n < m; n++) s += n; parentPort.postMessage(s); });
} else (async () => {
  const once = (w, e) => new Promise(r => w.once(e, r)), make = d => new Worker(__filename, { workerData: d });
  const ws = [...Array(8)].map(() => make({}));
  const sums = await Promise.all(ws.map((w, n) => { const p = once(w, 'message'); w.postMessage(n * 100000); return p; })); console.log(sums);
  console.log(await Promise.all(ws.map(w => { const p = once(w, 'exit'); w.postMessage(null); return p; })));
  const shared = new SharedArrayBuffer(4), us = [...Array(4)].map(() => make({ shared })); await Promise.all(us.map(w => once(w, 'exit'))); console.log(new Int32Array(shared)[0]);
  const wait = new SharedArrayBuffer(4), w = make({ wait });
  console.log(await once(w, 'message'));
  const i = new Int32Array(wait);
  i[0] = 7;
  Atomics.notify(i, 0);
  console.log(await once(w, 'message'));
  console.log((await once(make({ fail: 1 }), 'error')).message);
  const s = make({ spin: 1 }); await once(s, 'online'); console.log(await s.terminate());
  const { port1, port2 } = new MessageChannel(); port1.postMessage({ a: new Map([[1, 2]]) }); port2.once('message', m => { console.log(m); port2.close(); });
})();
END
node w.js
== child-processes
stdin: typed words
--
cat >c.js <<'END'
const cp = require('child_process'), fs = require('fs');
if (process.argv[2] === 'child') { process.on('message', m => { process.send({ got: m }); if (m === 'end') process.disconnect(); }); return; }
console.log(fs.readFileSync(0, 'utf8').trim(), cp.execSync('echo one | tr a-z A-Z').toString(), cp.spawnSync('sh', ['-c', 'cat; echo err >&2; exit 3'], { input: 'in', encoding: 'utf8' }).status);
try { cp.execSync('exit 4', { stdio: 'ignore' }); } catch (e) { console.log(e.status); }
console.log(cp.spawnSync('/none/here').error.code, cp.spawnSync('sleep', ['100'], { timeout: 100 }).signal);
const run = (f, ...a) => new Promise(r => f(...a, (e, out, err) => r([e && e.code, out, err])));
(async () => {
  console.log(await run(cp.exec, 'echo out; echo err >&2; exit 5'), await run(cp.execFile, 'echo', ['a b', '$HOME']));
  console.log((await Promise.all([...Array(20).keys()].map(n => run(cp.exec, 'exit ' + n)))).map(r => r[0]));
  const cat = cp.spawn('cat'); let n = 0; cat.stdout.on('data', d => n += d.length); cat.stdin.end(Buffer.alloc(1000000)); await new Promise(r => cat.on('close', r)); console.log(n);
  const k = cp.spawn('sleep', ['100']); k.kill(); console.log(await new Promise(r => k.on('exit', (c, s) => r([c, s]))));
  const f = cp.fork(__filename, ['child']); f.send('hello'); f.send('end'); f.on('message', m => console.log(m)); console.log(await new Promise(r => f.on('exit', (c, s) => r([c, s]))));
  process.on('SIGUSR2', s => { console.log(s); process.kill(process.pid, 'SIGTERM'); }); process.kill(process.pid, 'SIGUSR2'); setTimeout(() => {}, 10000);
})();
END
node c.js; echo $?
== cluster
--
cat >k.js <<'END'
const cluster = require('cluster'), net = require('net');
if (cluster.isPrimary) {
  for (let n = 0; n < 3; n++) cluster.fork();
  let up = 0, gone = 0, got = 0;
  cluster.on('listening', () => { if (++up < 3) return;
    for (let n = 0; n < 30; n++) net.connect('/tmp/w/sock').on('data', d => { if (String(d) !== 'hello') throw d; if (++got === 30) { console.log(got); for (const w of Object.values(cluster.workers)) w.disconnect(); } }); });
  cluster.on('exit', (w, c, s) => { if (++gone === 3) console.log('all gone', c, s); });
} else net.createServer(c => c.end('hello')).listen('/tmp/w/sock');
END
node k.js
== files-and-sockets
--
cat >f.js <<'END'
const fs = require('fs'), fsp = fs.promises, net = require('net'), os = require('os'), path = require('path'), http = require('http'), { pipeline } = require('stream/promises'), zlib = require('zlib');
(async () => {
  await fsp.mkdir('d/e', { recursive: true }); await Promise.all([...Array(100).keys()].map(n => fsp.writeFile('d/e/' + n, String(n))));
  console.log((await fsp.readdir('d/e')).length, (await Promise.all((await fsp.readdir('d/e')).map(f => fsp.readFile('d/e/' + f)))).reduce((t, b) => t + +b, 0));
  await fsp.symlink('d', 'l'); console.log(await fsp.realpath('l'), (await fsp.lstat('l')).isSymbolicLink(), (await fsp.stat('d')).mode.toString(8));
  for (const f of [() => fsp.readFile('none'), () => fsp.rmdir('d'), () => fsp.mkdir('d'), () => fsp.readFile('d')]) await f().catch(e => console.log(e.message));
  await fsp.writeFile('big', Buffer.alloc(3000000, 'xyz'));
  await pipeline(fs.createReadStream('big'), zlib.createGzip(), fs.createWriteStream('big.gz'));
  console.log(zlib.gunzipSync(fs.readFileSync('big.gz')).equals(fs.readFileSync('big')));
  const w = fs.watch('d', (ev, name) => { console.log(ev, name); w.close(); next(); }); fs.writeFileSync('d/new', ''); let next; await new Promise(r => next = r);
  await fsp.cp('d', 'c', { recursive: true });
  await fsp.rm('c', { recursive: true });
  await fsp.rename('big', 'large');
  await fsp.truncate('large', 10);
  await fsp.copyFile('large', 'copy');
  console.log(fs.statSync('copy').size, fs.existsSync('c'));
  const s = http.createServer((q, r) => { r.setHeader('x-a', 'b'); r.end('you asked for ' + q.url); }).listen('sock'); await new Promise(r => s.once('listening', r));
  console.log(await Promise.all([1, 2, 3].map(n => new Promise(r => http.get({ socketPath: 'sock', path: '/' + n }, m => { let t = ''; m.on('data', d => t += d).on('end', () => r([m.statusCode, m.headers['x-a'], t])); })))));
  s.close();
  net.connect('none').on('error', e => console.log(e.message));
  console.log(os.EOL === '\n', os.cpus().length > 0, os.totalmem() > 0, os.userInfo().username, os.homedir(), os.tmpdir(), path.resolve('x'), process.stdout.isTTY, os.type(), process.memoryUsage().rss > 0, process.uptime() > 0, process.cwd());
})();
END
node f.js
node -e 'process.stdin.pipe(process.stdout)' <f.js | cmp - f.js; node -p '1 + 1'; node -e 'throw new TypeError("x")' 2>&1 | grep '^TypeError'; node none.js 2>/dev/null; echo $?; node --check f.js; echo 'console.log("module", import.meta.url)' >m.mjs; node m.mjs; node -e 'for (let i = 0; i < 1e5; i++) console.log(i)' | tail -1; node -e 'process.abort()' 2>/dev/null; echo $?
