program: imagemagick
packages: imagemagick
memory: 512M
limit: 60

== convert
--
convert -size 32x32 gradient: a.pgm && convert a.pgm -resize 16x16 b.pgm && head -c 9 b.pgm | tr '\n' ' '; echo
convert a.pgm -negate txt:- | tail -1 | cut -d' ' -f1; identify a.pgm | cut -d' ' -f2,3
