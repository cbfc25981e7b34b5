import { lines, type Script, sh } from '../../../contract/script.ts';
import { temporaryPrefix } from '../files/temporary.ts';
import { type Checkout, isShort } from './desired.ts';
import { DISOWNED, keyIsThere, MARK, PATIENCE, session } from './session.ts';

/** Answers of one line each: `word value`; the files that were changed come last, after a line `status`. */
export function probeCheckout(checkout: Checkout): Script {
  return lines(
    session(checkout),
    sh`export GIT_OPTIONAL_LOCKS=0
d=${checkout.dest} place=other`,
    lookAround(checkout.dest),
    sh`echo "place $place"`,
    checkout.refs.length > 0 && askRemote(checkout),
    sh`if [ "$place" = repository ]; then`,
    askRepository(checkout),
    sh`fi`,
    sh`exit 0`,
  );
}

/** What an interrupted attempt of ours left does not count. */
function lookAround(dest: string): Script {
  const ours = temporaryPrefix(dest).replace(/^\.\//, '');
  return sh`if ! [ -e "$d" ] && ! [ -L "$d" ]; then place=absent
  a=\${d%/*}; until [ -e "\${a:-/}" ]; do a=\${a%/*}; done; echo "nearest \${a:-/}"
elif [ -e "$d/.git" ]; then place=repository
elif [ -d "$d" ]; then
  place=empty
  for f in "$d"/* "$d"/.[!.]* "$d"/..?*; do
    case \${f##*/} in ${ours}*) continue ;; esac
    if [ -e "$f" ] || [ -L "$f" ]; then place=directory; break; fi
  done
fi`;
}

/** A checkout that is not to be updated needs no repository. */
function askRemote(checkout: Checkout): Script {
  const ask = lines(
    keyIsThere(checkout),
    sh`if said=$(timeout ${PATIENCE} git ls-remote -- ${checkout.repo} ${checkout.refs} 2>&1 </dev/null); then
  printf '%s\n' "$said" | sed -n 's/^\([0-9a-f]*\)[[:space:]]\(.*\)$/ref \1 \2/p'
else
  code=$?
  printf '%s\n' "$said" >&2; echo "silent $code"; exit 0
fi`,
  );
  return checkout.update
    ? ask
    : sh`if [ "$place" != repository ]; then ${ask}
fi`;
}

/** For each commit that may become the one, if it is here already: files that git does not track in the way of its own. */
function askForClashes({ version, pinned, refs }: Checkout): Script {
  const found =
    refs.length > 0 ? sh`$(printf '%s\n' "\${said-}" | sed -n 's/^\([0-9a-f]*\)[[:space:]].*/\1/p')` : sh``;
  const named = pinned || isShort(version) ? sh`${version}` : sh``;
  return sh`for c in ${named} ${found}; do
  c=$(git -C "$d" rev-parse -q --verify "$c^{commit}" 2>/dev/null) || continue
  [ "$c" != "$h" ] || continue
  ( cd "$d" && git ls-files -z --others --exclude-standard | xargs -0 -r git ls-tree -r --name-only "$c" -- ) | sed "s/^/clash $c /"
done`;
}

function askRepository(checkout: Checkout): Script {
  const { remote, version, recursive, update, force } = checkout;
  const ignored = recursive ? 'none' : 'all';
  return lines(
    sh`g=$(git -C "$d" rev-parse --absolute-git-dir) || exit ${DISOWNED}
h=$(git -C "$d" rev-parse -q --verify HEAD)
echo "head $h"
echo "url $(git -C "$d" config --get ${`remote.${remote}.url`})"
[ -e "$g"/${MARK} ] && echo unfinished`,
    isShort(version) &&
      sh`echo "local $(git -C "$d" rev-parse -q --verify ${`${version}^{commit}`} 2>/dev/null)"`,
    update && !force && askForClashes(checkout),
    recursive &&
      sh`[ -e "$d/.gitmodules" ] && ( cd "$d" && git submodule status --recursive ) | sed -n 's/^[-+U][0-9a-f]* /submodule /p'`,
    sh`echo status
git -C "$d" status --porcelain=v2 --untracked-files=no ${`--ignore-submodules=${ignored}`}`,
  );
}
