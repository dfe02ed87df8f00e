# man: a pipeline of formatters for one page
program: man-db
packages: man-db groff-base

== page
--
printf '.TH FLAT 1\n.SH NAME\nflat \\- a test\n.SH DESCRIPTION\n.B bold\nand\n.I italic\nwords that fill the line until it is broken by the formatter.\n' >flat.1
MANWIDTH=60 MANPAGER=cat man -l ./flat.1
gzip flat.1
MANWIDTH=60 man -P cat -l ./flat.1.gz | wc -l
