program: lynx
packages: lynx

== dump
--
printf '<h1>Title</h1><p>Text <a href=x>link</a>' >a.html; lynx -dump -nolist a.html; gzip -k a.html; lynx -dump -nolist a.html.gz | head -3
