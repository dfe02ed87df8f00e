program: fish
packages: fish
memory: 512M

== script
--
cat >a.fish <<'S'
for i in (seq 3)
    echo $i | string replace 1 one
end
function f; echo in $argv; return 4; end
f x; echo $status
set n (count (ls /etc | head -5)); echo $n
cat (echo piped | psub)
sleep 0.1 &
wait; echo waited
S
fish a.fish
