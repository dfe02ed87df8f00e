# lua: the interpreter, its coroutines, files and processes
program: lua
packages: lua5.4
memory: 384M

== language
--
cat >l.lua <<'END'
print(_VERSION, math.maxinteger, 7 // 2, 7.5 % 2, 1 << 40, "x" .. 1)
local t = {} for i = 1, 200000 do t[i] = tostring(i) end
table.sort(t) print(#t, t[1], t[#t], #table.concat(t))
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(24))
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end return "done" end)
print(co(), co(), co(), co())
print(("hello world"):gsub("o", "0"), ("k=v, a=b"):match("(%w+)=(%w+)"), ("%5.2f|%-5s|%x"):format(3.14159, "ab", 255))
print(pcall(error, {code = 1}), select("#", 1, nil, nil), string.pack(">I4s2", 1, "ab"):byte(1, -1))
local function deep(n) return n == 0 and 0 or 1 + deep(n - 1) end
print(deep(10000), pcall(deep, 1e7))
local s = setmetatable({}, {__index = function(_, k) return k * 2 end, __gc = function() print("collected") end})
print(s[21], #arg) s = nil collectgarbage()
print(utf8.len("zażółć"), utf8.char(8364), os.time{year = 2000, month = 1, day = 1, hour = 12} > 0, os.getenv("HOME"))
local x <close> = setmetatable({}, {__close = function() print("closed") end})
goto out
::out:: print(load("return 1 + 1")(), load("x ="))
END
lua5.4 l.lua 2>&1
== system
stdin: a line of input
--
cat >s.lua <<'END'
print(io.read("l"), io.read("l"))
local f = assert(io.open("x", "w+")) f:setvbuf("full", 100) for i = 1, 1000 do f:write(i, "\n") end
f:seek("set", 0) local sum = 0 for n in f:lines("n") do sum = sum + n end print(sum, f:seek("end")) f:close()
print(io.open("none/x")) print(os.remove("x"), os.remove("x")) print(os.rename("none", "n"))
local p = io.popen("sort -rn | head -2; exit 3", "w") p:write("1\n3\n2\n") io.stdout:flush() print(p:close())
for l in io.popen("seq 3"):lines() do io.write(l, ",") end print()
print(os.execute("exit 5")) print(os.execute("kill -9 $$")) print(os.execute())
local n = os.tmpname() print(n:match("^/tmp/lua_") ~= nil, os.remove(n))
io.stderr:write("to stderr\n") print(os.clock() >= 0, os.setlocale("C"), os.date("!%Y", 0))
os.exit(7, true)
END
lua5.4 s.lua 2>&1; echo $?
lua5.4 -e 'error("x")' 2>&1; echo $?
echo 'print("from stdin", ...)' | lua5.4 - a b
lua5.4 -v | cut -c1-7; printf 'print(1)\n2 + 2\nx y\n' | lua5.4 -i 2>&1 | tail -n +2
luac5.4 -o l.out s.lua && lua5.4 l.out </dev/null | tail -1
== pipes-of-many
--
for i in $(seq 50); do echo "print($i)" >$i.lua; done
for i in $(seq 50); do lua5.4 $i.lua; done | lua5.4 -e 'local s = 0 for l in io.lines() do s = s + l end print(s)'
lua5.4 -e 'for i = 1, 1e6 do io.write(i, "\n") end' | tail -1
lua5.4 -e 'while true do print("y") end' | head -1
lua5.4 -e 'local t = {} for i = 1, 3e6 do t[i] = i end print(#t)'
