program: ocaml
packages: ocaml-nox
memory: 512M
limit: 60

== processes
--
cat >a.ml <<'S'
let () =
  print_int (Sys.command "exit 5"); print_newline ();
  let r, w = Unix.pipe () in
  match Unix.fork () with
  | 0 -> ignore (Unix.write_substring w "child\n" 0 6); Unix._exit 2
  | pid -> let b = Bytes.create 6 in ignore (Unix.read r b 0 6); print_string (Bytes.to_string b);
    (match snd (Unix.waitpid [] pid) with Unix.WEXITED n -> print_int n; print_newline () | _ -> ())
S
ocaml -I +unix unix.cma a.ml 2>/dev/null || ocaml unix.cma a.ml
