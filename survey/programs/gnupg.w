program: gnupg
packages: gnupg gpg-agent
limit: 120

== keys
--
export GNUPGHOME=/tmp/w/g; mkdir -m 700 g
gpg --batch -q --passphrase '' --quick-generate-key 'a <a@b>' ed25519 sign never 2>/dev/null; echo $?
echo text >m; gpg --batch -q --sign -o m.gpg m && gpg --batch -q --decrypt m.gpg 2>/dev/null
gpg --batch -q --passphrase x --pinentry-mode loopback -o m.sym -c m && gpg --batch -q --passphrase x --pinentry-mode loopback -d m.sym 2>/dev/null; ls m*
gpgconf --kill gpg-agent
