program: dialog
packages: dialog
env: TERM=linux

== gauge
tty: yes
compare: status
--
(for i in 10 50 100; do echo $i; sleep 0.05; done) | dialog --gauge text 8 40
dialog --infobox text 5 30; dialog --print-version
