program: w3m
packages: w3m

== dump
--
printf '<h1>Title</h1><table><tr><td>a<td>b</table><p>Text <a href=x>link</a>' >a.html; w3m -dump a.html; gzip -k a.html; w3m -T text/html -dump a.html.gz | head -1
