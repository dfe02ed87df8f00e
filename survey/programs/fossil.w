program: fossil
packages: fossil

== repository
--
export USER=root HOME=/tmp/w
fossil init r.fossil >/dev/null && mkdir c && cd c && fossil open ../r.fossil >/dev/null
echo 1 >f && fossil add f && fossil commit -m one --no-warnings --date-override 2020-01-01 >/dev/null 2>&1
echo 2 >>f && fossil diff | tail -1; fossil changes; fossil ls
