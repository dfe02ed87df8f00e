program: guile
packages: guile-3.0
memory: 512M
limit: 60

== processes
--
cat >a.scm <<'S'
(use-modules (ice-9 popen) (ice-9 rdelim))
(display (status:exit-val (system "exit 7"))) (newline)
(let ((p (open-input-pipe "seq 3"))) (let loop ((l (read-line p))) (unless (eof-object? l) (display l) (newline) (loop (read-line p)))) (close-pipe p))
(let ((pid (primitive-fork))) (if (= pid 0) (begin (display "child") (newline) (force-output) (primitive-exit 3)) (begin (display (status:exit-val (cdr (waitpid pid)))) (newline))))
S
guile --no-auto-compile -s a.scm
