program: quilt
packages: quilt

== patches
--
echo one >f; quilt new p1; quilt add f; echo two >f; quilt refresh; quilt pop; cat f; quilt push; cat f; quilt series
