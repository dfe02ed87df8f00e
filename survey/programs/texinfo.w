program: texinfo
packages: texinfo

== info
--
printf '\\input texinfo\n@settitle T\n@node Top\n@top T\n@menu\n* One::\n@end menu\n@node One\n@chapter One\nText @code{x}.\n@bye\n' >t.texi
makeinfo --no-split t.texi -o t.info && grep -c Node: t.info
makeinfo --plaintext t.texi
