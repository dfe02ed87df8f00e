program: openssh-client
packages: openssh-client

== agent
--
ssh-keygen -q -t ed25519 -N '' -C c -f k; cut -d' ' -f1,3 k.pub
eval $(ssh-agent) >/dev/null; ssh-add -q k; ssh-add -l | awk '{ print $1, $3, $4 }'
ssh-agent sh -c 'ssh-add -l; echo $?'; ssh-agent -k >/dev/null; ssh-add -l; echo $?
ssh -o ProxyCommand='echo proxied >&2; exit 1' nowhere 2>&1 | grep -c proxied
