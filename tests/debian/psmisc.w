# psmisc: killall, pstree, fuser and prtstat.
program: psmisc
packages: psmisc coreutils dash sed

== processes
--
sleep 60 & sleep 61 & cp /bin/sleep mysleep; ./mysleep 62 & sleep 0.3
pstree | grep -o 'sleep' | head -1; pstree -p $$ | grep -o 'mysleep'; killall -0 sleep; echo $?; killall -s STOP sleep; killall -CONT sleep; killall -w mysleep; echo $?; killall sleep; wait; killall sleep; echo $?; killall -l | wc -w
echo x >f; sleep 50 <f & p=$!; sleep 0.3; test "$(fuser f 2>/dev/null | tr -d " ")" = $p && echo found; fuser -v f 2>&1 | tail -1 | tr -s ' ' | cut -d' ' -f4,5 | sed 's/ $//'; fuser -k f >/dev/null 2>&1; wait $p; echo $?; fuser f; echo $?; mkfifo q; (cat q >/dev/null) & sleep 0.3; fuser -s q; echo $?; echo >q; wait; prtstat $$ | head -1 | cut -c1-10; pslog $$ | wc -l; peekfd 2>/dev/null; echo done
