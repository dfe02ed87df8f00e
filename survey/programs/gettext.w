program: gettext
packages: gettext gettext-base

== catalog
--
printf 'int main(void) { puts(_("hello")); }\n' >m.c
xgettext -k_ -o m.pot m.c && grep msgid m.pot
printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\nmsgid "hello"\nmsgstr "hallo"\n' >de.po
msgfmt -o de.mo de.po && msgunfmt de.mo | tail -2
msgexec -i de.po cat
echo '$USER and $HOME' | envsubst
