program: openssl
packages: openssl
limit: 60

== multi
--
openssl speed -multi 2 -seconds 1 -mr sha256 2>/dev/null | grep -c '^+F'
echo text | openssl dgst -sha256; openssl genpkey -algorithm ed25519 -out k 2>/dev/null && openssl pkey -in k -pubout | head -1
openssl req -x509 -key k -subj /CN=a -days 1 -out c 2>/dev/null; openssl verify -CAfile c c
