# jq: queries and programs over JSON.
program: jq
packages: jq coreutils dash

== query
--
echo '{"a":[1,2,{"b":"x"}],"c":null,"d":1.5}' >j; jq . j; jq -c '.a[2].b, (.a|length), keys' j; jq -r '.a[2].b' j; jq '.a[:2]|add' j; jq -e .c j; echo $?
seq 5 | jq -s 'map(.*.)|{sum:add,max:max}' -c; jq -n '[range(5)]|map(select(.%2==0))' -c; jq -n --arg x v '{$x}' -c; echo '{' | jq .; echo $?
jq -n 'reduce range(1000) as $i (0; .+$i)'
echo '"2020-01-01T00:00:00Z"' | jq fromdate
jq -n '"a,b"|split(",")|join("-")'
jq -n '"abc"|test("B";"i"), ([match("b").offset])' -c
jq -n 'env.HOME,$ENV.LC_ALL'
jq -Rn '[inputs]' -c <j
jq -n --stream '1'; jq -n '[limit(3;repeat(1))]|@csv,@json,@base64' ; jq -n 'try error("x") catch .'; jq -n 'def f: if .>100 then . else .*2|f end; 1|f'
