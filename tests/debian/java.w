# java: the compiler, threads, processes, memory, channels
program: java
packages: default-jdk-headless
memory: 1G
limit: 120

== version
compare: stdout stderr status
--
java -version
== program
--
cat >A.java <<'END'
import java.io.*;
import java.nio.*;
import java.nio.channels.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.stream.*;
public class A {
	static int depth(int n) { return depth(n + 1) + 1; }
	record Pair(String a, int b) {}
	public static void main(String[] args) throws Exception {
		System.out.println(String.join(",", args) + " " + System.getProperty("os.name") + " " + Runtime.version().feature());
		var pool = Executors.newFixedThreadPool(16);
		var sum = new AtomicLong();
		for (int i = 0; i < 1000; i++) { final int n = i; pool.submit(() -> sum.addAndGet(n)); }
		pool.shutdown(); System.out.println(pool.awaitTermination(60, TimeUnit.SECONDS) + " " + sum);
		var threads = new ArrayList<Thread>(); var lock = new Object(); int[] count = {0};
		for (int i = 0; i < 100; i++) { var t = new Thread(() -> { for (int k = 0; k < 100; k++) synchronized (lock) { count[0]++; } }); t.start(); threads.add(t); }
		for (var t : threads) t.join();
		System.out.println(count[0] + " " + IntStream.range(0, 100000).parallel().mapToLong(x -> x).sum());
		try { depth(0); } catch (StackOverflowError e) { System.out.println("StackOverflowError"); }
		try { Object o = null; o.hashCode(); } catch (NullPointerException e) { System.out.println("NullPointerException"); }
		try { long[][] all = new long[10000][]; for (int i = 0; i < 10000; i++) all[i] = new long[10_000_000]; } catch (OutOfMemoryError e) { System.out.println(e.getMessage()); }
		var list = new ArrayList<Pair>(); for (int round = 0; round < 3; round++) { list.clear(); for (int i = 0; i < 100000; i++) list.add(new Pair("p" + i, i)); System.gc(); }
		System.out.println(list.get(99999));
		var p = new ProcessBuilder("sh", "-c", "cat; echo err >&2; exit 3").redirectErrorStream(true).start();
		try (var w = p.outputWriter()) { w.write("in\n"); }
		System.out.println(new String(p.getInputStream().readAllBytes()) + p.waitFor());
		try { new ProcessBuilder("/none/here").start(); } catch (IOException e) { System.out.println(e.getMessage()); }
		var s = new ProcessBuilder("sleep", "100").start(); s.destroy(); System.out.println(s.waitFor());
		Path dir = Files.createDirectories(Path.of("d/e")); for (int i = 0; i < 50; i++) Files.writeString(dir.resolve("" + i), "" + i);
		try (var st = Files.walk(Path.of("d"))) { System.out.println(st.count()); }
		try { Files.delete(Path.of("d")); } catch (DirectoryNotEmptyException e) { System.out.println("not empty: " + e.getMessage()); }
		try (var f = FileChannel.open(Path.of("m"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) { MappedByteBuffer b = f.map(FileChannel.MapMode.READ_WRITE, 0, 10000); b.put(9999, (byte) 7); b.force(); System.out.println(f.size() + " " + (f.lock() != null)); }
		System.out.println(Files.readAllBytes(Path.of("m"))[9999]);
		var address = java.net.UnixDomainSocketAddress.of("sock");
		var server = ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX).bind(address);
		var t = new Thread(() -> { try (var c = SocketChannel.open(address)) { c.write(ByteBuffer.wrap("over a socket".getBytes())); } catch (IOException e) { System.out.println(e); } }); t.start();
		try (var c = server.accept()) { var b = ByteBuffer.allocate(100); while (c.read(b) >= 0); System.out.println(new String(b.array(), 0, b.position())); } t.join();
		var timer = new ScheduledThreadPoolExecutor(1); System.out.println(timer.schedule(() -> "timer", 50, TimeUnit.MILLISECONDS).get()); timer.shutdownNow();
		var sleeper = new Thread(() -> { try { Thread.sleep(100000); } catch (InterruptedException e) { System.out.println("interrupted"); } }); sleeper.start(); sleeper.interrupt(); sleeper.join();
		Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
		System.exit(4);
	}
}
END
javac A.java && ls *.class && java -Xmx64m A a "b c"; echo $?
rm -rf sock d; java -Xint -Xmx64m A >out; echo $?; tail -1 out; java -XX:+UseG1GC -Xlog:gc*:file=log -version 2>/dev/null; echo $?
echo "class X {" >X.java; javac X.java 2>&1; echo $?; java X 2>&1 | head -2
