program: lua-posix
packages: lua5.3 lua-posix

== fork
--
cat >a.lua <<'S'
local p = require 'posix'
local pid = p.fork()
if pid == 0 then io.write('child\n'); io.flush(); os.exit(3) end
print(select(3, p.wait(pid)))
local f = io.popen('seq 3'); print(#f:read('a')); f:close()
print(os.execute('exit 4'))
S
lua5.3 a.lua
