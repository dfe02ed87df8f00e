# tmux: a server with sessions, windows and panes.
program: tmux
packages: tmux expect coreutils grep sed dash procps
memory: 384M

== server
limit: 60
env: TERM=vt100
env: SHELL=/bin/sh
env: PS1=% 
--
w() { i=0
until tmux capture-pane -p -t "$1" | grep -q "$2"
do i=$((i+1))
[ $i -gt 200 ] && { echo "no $2"
tmux capture-pane -p -t "$1"
return 1
}
sleep 0.1
done
}
tmux -f /dev/null new-session -d -s s -x 60 -y 10 -n first; echo $?; tmux ls -F '#S #{session_windows} #{session_attached}'
w s '^#'; tmux send-keys -t s 'echo $((6 * 7)) answer; stty size' Enter; w s '^42 answer'; w s '^10 60'; tmux capture-pane -p -t s | sed -n 2,3p
tmux new-window -t s -n second 'echo in a window; cat'
tmux send-keys -t s:second 'typed' Enter
w s:second typed
tmux list-windows -t s -F '#I #W #{window_panes}'
tmux split-window -t s:second -v 'sleep 100'
tmux list-panes -t s:second -F '#P #{pane_width}x#{pane_height}'
tmux send-keys -t s:second.0 C-d
i=0
while [ $(tmux list-panes -t s:second | wc -l) = 2 ] && [ $i -lt 100 ]
do sleep 0.1
i=$((i + 1))
done
tmux list-panes -t s:second -F '#{pane_width}x#{pane_height}'
tmux set-buffer 'pasted text'
tmux send-keys -t s:first 'cat >pasted' Enter
sleep 0.5
tmux paste-buffer -t s:first
tmux send-keys -t s:first Enter C-d
i=0
until grep -q text pasted || [ $i -gt 100 ]
do sleep 0.1
i=$((i+1))
done
cat pasted
tmux run-shell 'echo from run-shell'
tmux if-shell true 'display-message -p yes' 'display-message -p no'
tmux display-message -p '#S:#W'
tmux pipe-pane -t s:first 'cat >piped'
tmux send-keys -t s:first 'echo through' Enter
w s:first '^through'
sleep 0.5
grep -c '^through' piped
tmux wait-for -S done & tmux wait-for done
echo waited
tmux resize-window -t s:first -x 100 -y 30
tmux send-keys -t s:first 'stty size' Enter
w s:first '30 100'
tmux rename-session -t s t
tmux has-session -t s
echo $?
(sleep 1; printf 'list-sessions\n'; sleep 0.5; printf 'kill-session -t t\n'; sleep 1) | tmux -C attach -t t | grep -c '^%begin'; tmux ls; echo $?
