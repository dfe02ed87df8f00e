program: sharutils
packages: sharutils

== archive
--
echo one >a; seq 100 >b; shar -q a b >s.shar 2>/dev/null; mkdir x; (cd x && sh ../s.shar >/dev/null 2>&1); cmp a x/a && cmp b x/b && echo same
uuencode a n | uudecode -o -
