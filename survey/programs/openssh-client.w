program: openssh-client
packages: openssh-client

== agent
--
ssh-keygen -q -t ed25519 -N '' -C c -f k; cut -d' ' -f1,3 k.pub
eval $(ssh-agent) >/dev/null; ssh-add -q k; ssh-add -l | awk '{ print $1, $3, $4 }'
ssh-agent sh -c 'ssh-add -l; echo $?'; ssh-agent -k >/dev/null; ssh-add -l; echo $?
# It reads what the command says to its end, which is no server's greeting.
ssh -o ProxyCommand='sh -c "echo hello; echo proxied >p"' nowhere 2>/dev/null; echo $?; cat p
