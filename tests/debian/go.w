# go: its compiler (itself static, not position-independent), goroutines, signals, processes
program: go
packages: golang-go
memory: 1G
limit: 120

== program
env: GOCACHE=/tmp/cache
env: GO111MODULE=off
env: CGO_ENABLED=0
--
cat >a.go <<'END'
package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type node struct{ left, right *node }

func tree(n int) *node {
	if n == 0 {
		return &node{}
	}
	return &node{tree(n - 1), tree(n - 1)}
}

func deep(n int) int {
	var pad [100]int
	if n == 0 {
		return pad[3]
	}
	return deep(n-1) + 1
}

func goroutines() {
	var wg sync.WaitGroup
	var sum int64
	ch := make(chan int)
	for i := 0; i < 1000; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); atomic.AddInt64(&sum, int64(<-ch)) }()
	}
	for i := 0; i < 1000; i++ {
		ch <- i
	}
	wg.Wait()
	fmt.Println(sum, deep(100000))
	var m sync.Mutex
	n := 0
	for i := 0; i < 50; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			runtime.LockOSThread()
			for k := 0; k < 100; k++ {
				m.Lock()
				n++
				m.Unlock()
			}
		}()
	}
	wg.Wait()
	fmt.Println(n)
}

// A loop without a call is preempted by a signal.
func preempt() {
	old := runtime.GOMAXPROCS(1)
	stop := int32(0)
	done := make(chan bool)
	go func() {
		x := 0
		for stop == 0 {
			x++
		}
		done <- true
	}()
	time.Sleep(20 * time.Millisecond)
	runtime.GC()
	stop = 1
	fmt.Println("preempted")
	runtime.GOMAXPROCS(old)
}

func memory() {
	kept := tree(12)
	for i := 0; i < 10; i++ {
		tree(14)
	}
	runtime.GC()
	var st runtime.MemStats
	runtime.ReadMemStats(&st)
	fmt.Println(st.NumGC > 0, kept.left != nil, st.HeapAlloc < 64<<20)
	debug.FreeOSMemory()
	big := make([]byte, 100<<20)
	big[len(big)-1] = 1
	fmt.Println(len(big))
}

func faults() {
	defer func() { fmt.Println(recover()) }()
	var p *node
	fmt.Println(p.left)
}

func processes() {
	out, err := exec.Command("sh", "-c", "echo $0 $1; exit 3", "a", "b c").CombinedOutput()
	fmt.Printf("%q %v\n", out, err)
	cmd := exec.Command("sort", "-n")
	cmd.Stdin = strings.NewReader("10\n9\n1\n")
	out, _ = cmd.Output()
	fmt.Printf("%q\n", out)
	fmt.Println(exec.Command("/none/here").Run(), exec.Command("none-here").Run())
	var wg sync.WaitGroup
	codes := make([]int, 20)
	for i := range codes {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			c := exec.Command("sh", "-c", fmt.Sprint("exit ", i))
			c.Run()
			codes[i] = c.ProcessState.ExitCode()
		}(i)
	}
	wg.Wait()
	fmt.Println(codes)
	c := exec.Command("sleep", "100")
	c.Start()
	c.Process.Kill()
	fmt.Println(c.Wait())
}

func signals() {
	ch := make(chan os.Signal, 10)
	signal.Notify(ch, syscall.SIGUSR1, syscall.SIGTERM)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-ch)
	syscall.Kill(os.Getpid(), syscall.SIGTERM)
	fmt.Println(<-ch)
	signal.Reset()
}

func files() {
	os.MkdirAll("d/e", 0755)
	for i := 0; i < 50; i++ {
		os.WriteFile(fmt.Sprintf("d/e/%d", i), []byte(fmt.Sprint(i)), 0600)
	}
	var names []string
	filepath.Walk("d", func(p string, i os.FileInfo, err error) error { names = append(names, p); return err })
	sort.Strings(names)
	fmt.Println(len(names), names[2], os.Remove("d"), os.Mkdir("d", 0))
	_, err := os.ReadFile("none")
	fmt.Println(err, os.IsNotExist(err))
	in, _ := os.Open("/usr/bin/env")
	h := sha256.New()
	size, _ := io.Copy(h, in)
	st, _ := in.Stat()
	fmt.Println(size == st.Size(), len(h.Sum(nil)))
	host, err := os.Hostname()
	fmt.Println(len(host) > 0, err, os.Getenv("HOME"), len(os.Args))
}

func sockets() {
	l, err := net.Listen("unix", "sock")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { s, _ := bufio.NewReader(c).ReadString('\n'); fmt.Fprint(c, strings.ToUpper(s)); c.Close() }()
		}
	}()
	var wg sync.WaitGroup
	var total int64
	for i := 0; i < 50; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("unix", "sock")
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Fprintln(c, "hello")
			b, _ := io.ReadAll(c)
			atomic.AddInt64(&total, int64(len(b)))
		}()
	}
	wg.Wait()
	l.Close()
	_, err = net.Dial("unix", "sock")
	fmt.Println(total, err)
	a, b, _ := os.Pipe()
	a.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = a.Read(make([]byte, 1))
	fmt.Println(err)
	b.Close()
	c, s := net.Pipe()
	go s.Close()
	_, err = c.Read(make([]byte, 1))
	fmt.Println(err)
}

func timers() {
	t := time.NewTicker(5 * time.Millisecond)
	for i := 0; i < 5; i++ {
		<-t.C
	}
	select {
	case <-time.After(20 * time.Millisecond):
		fmt.Println("after")
	case <-make(chan int):
	}
}

func main() {
	goroutines()
	preempt()
	memory()
	faults()
	processes()
	signals()
	files()
	sockets()
	timers()
	if len(os.Args) > 1 {
		for {
		}
	}
	var m map[string]int
	m["x"] = 1
}
END
go version && go build -o a a.go && ./a 2>err; echo $?; head -1 err
GOMAXPROCS=4 GOGC=10 ./a >/dev/null 2>&1; echo $?
rm -r sock; timeout 5 ./a forever | tail -1
go vet a.go 2>&1 | head -3
