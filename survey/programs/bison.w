program: bison
packages: bison flex m4 gcc libc6-dev libfl-dev
memory: 512M
limit: 60

== calculator
--
printf '%%{\n#include <stdio.h>\nint yylex(void); void yyerror(const char *s) { puts(s); }\n%%}\n%%token N\n%%left PLUS\n%%left TIMES\n%%%%\ns: e { printf("%%d\\n", $1); };\ne: N | e PLUS e { $$ = $1 + $3; } | e TIMES e { $$ = $1 * $3; };\n%%%%\nint main(void) { return yyparse(); }\n' >c.y
printf '%%{\n#include "c.tab.h"\n#include <stdlib.h>\n%%}\n%%option noyywrap\n%%%%\n[0-9]+ { yylval = atoi(yytext); return N; }\n"+" return PLUS;\n"*" return TIMES;\n[ \\n] ;\n%%%%\n' >c.l
bison -d c.y && flex -o lex.c c.l && gcc -o c c.tab.c lex.c && echo '2 + 3 * 4' | ./c
