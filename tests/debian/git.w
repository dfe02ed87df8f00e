# git: what a developer does in a day.
program: git
packages: git ca-certificates coreutils dash sed perl diffutils
memory: 512M
limit: 60
env: GIT_AUTHOR_NAME=A Writer
env: GIT_AUTHOR_EMAIL=a@example.org
env: GIT_AUTHOR_DATE=2026-01-01T12:00:00Z
env: GIT_COMMITTER_NAME=A Writer
env: GIT_COMMITTER_EMAIL=a@example.org
env: GIT_COMMITTER_DATE=2026-01-01T12:00:00Z
env: GIT_CONFIG_COUNT=2
env: GIT_CONFIG_KEY_0=init.defaultBranch
env: GIT_CONFIG_VALUE_0=main
env: GIT_CONFIG_KEY_1=advice.detachedHead
env: GIT_CONFIG_VALUE_1=false

== commit
--
git init -q r && cd r
mkdir d
seq 100 >d/f
echo '*.o' >.gitignore
touch x.o
ln -s d/f l
printf '#!/bin/sh\n' >run
chmod +x run
git add .
git status --short
git commit -qm 'first one'
git ls-tree -r HEAD
sed -i '50s/$/ changed/' d/f
git diff
git diff --stat
git commit -qam second
git mv d/f d/g
git rm -q l
git status -s
git commit -qm third
git log --oneline --stat
git log --format='%h %an %ad %s' --date=iso
git log --follow --oneline d/g
git show --stat HEAD~1 | head -20
git blame -s d/g | sed -n 49,51p
git tag -a v1 -m tag
git describe
git rev-parse HEAD HEAD:d
git cat-file -p HEAD
git grep -n changed
git shortlog -sn HEAD
git stash list
echo dirt >>run
git stash -q
git status -s
git stash pop -q
git checkout -q -- run
git reset -q --hard HEAD~1
git reflog | wc -l
git fsck
git archive HEAD | tar tf -
git bundle create -q ../b HEAD main
git bundle verify -q ../b
echo $?
git commit -m nothing
echo $?
git nothere
echo $?

== branches
--
git init -q r && cd r
echo base >f
git add f
git commit -qm base
git checkout -qb topic
echo topic >t
git add t
git commit -qm topic
echo more >>f
git commit -qam 'topic f'
git checkout -q main
echo other >>f
git commit -qam main
git merge topic
echo $?
cat f
printf 'base\nboth\n' >f
git commit -qam merged
git log --graph --oneline --all
git branch -v
git checkout -qb re HEAD~1
echo r1 >r
git add r
git commit -qm r1
echo r2 >>r
git commit -qam r2
echo r3 >>r
git commit -qam r3
git rebase -q main
git log --oneline | head -4
GIT_SEQUENCE_EDITOR='sed -i "2s/pick/squash/;3s/pick/reword/"' GIT_EDITOR='sed -i 1s/^/edited-/' git rebase -qi HEAD~3
git log --format=%s | head -4
git cherry-pick topic~1 >/dev/null
echo $?
git revert --no-edit HEAD >/dev/null
echo $?
git bisect start -q HEAD main~1 >/dev/null 2>&1
git bisect run sh -c 'test ! -e r' 2>&1 | tail -3
git bisect reset -q
git worktree add -q ../w topic
git worktree list | wc -l
(cd ../w; git status -s -b)
git format-patch -q -2 -o p
git checkout -q main
git am -q p/0001*
echo $?
git notes add -m note
git log -1 --format=%N
git rerere
git submodule status
git config -l --local | head -3

== clone
--
git init -q r; cd r; for i in $(seq 30); do mkdir -p d$((i % 3)); seq $i 200 >d$((i % 3))/f$i; git add .; git commit -qm "c$i"; done; cd ..
git clone -q r local
git clone -q --no-local file://$PWD/r over
git clone -q --bare r bare.git
git clone -q --depth 3 file://$PWD/r shallow
git -C shallow log --oneline
git clone -q --mirror bare.git m.git
git -C over rev-parse HEAD
diff -r r/d1 over/d1 && echo same
cd local
git remote set-url origin ../bare.git
echo l >l
git add l
git commit -qm local
git push -q origin main
cd ../over
git remote set-url origin ../bare.git
echo o >o
git add o
git commit -qm over
git push -q origin main
echo $?
git pull -q --rebase origin main
git push origin main 2>&1 | sed 's/To .*/To there/'
git log --oneline | head -3
git fetch -q --all
git ls-remote origin
printf '#!/bin/sh\nread a b r; echo "hook got $r"; exit 1\n' >../bare.git/hooks/pre-receive
chmod +x ../bare.git/hooks/pre-receive
git commit -q --allow-empty -m e
git push -q
echo $?

== gc
limit: 120
--
git init -q r
cd r
git config pack.threads 1
seq 5000 >big
for i in $(seq 40)
do sed -i "$((i * 100))s/\$/x/" big
echo $i >f$i
git add .
git commit -qm "c$i"
done
git count-objects | sed 's/,.*//'
git gc -q
git count-objects -v | grep -E '^(count|in-pack|packs)'
git fsck --full 2>&1 | tail -1
git repack -adq --depth=50 --window=50 --threads=1
git verify-pack -s .git/objects/pack/*.idx | head -3
git log --oneline | wc -l
git prune
git gc --aggressive -q --prune=now
git rev-list --objects --all | wc -l
git pack-refs --all
git commit-graph write --reachable
git multi-pack-index write
git maintenance run --quiet
git log -p --since=2000 | md5sum
git rev-list --all | git cat-file --batch-check | md5sum
git fast-export --all | (cd ..; git init -q i; cd i; git fast-import --quiet; git rev-parse main)
git checkout -q HEAD~20
git status | head -1
