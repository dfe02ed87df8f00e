program: ghostscript
packages: ghostscript
memory: 512M
limit: 60

== pdf
--
printf '%%!PS\n/Helvetica findfont 20 scalefont setfont 50 50 moveto (hello) show showpage\n' >a.ps
ps2pdf a.ps a.pdf && head -c 5 a.pdf && echo
gs -q -dNOPAUSE -dBATCH -sDEVICE=pgmraw -r36 -sOutputFile=a.pgm a.pdf && head -1 a.pgm
gs -q -dNODISPLAY -dNOSAFER -dBATCH -c '(%pipe%tr a-z A-Z) (w) file dup (piped\n) writestring closefile quit' 2>&1
