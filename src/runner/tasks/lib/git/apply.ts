import type { Delta } from '../../../contract/delta.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { MOVED } from '../../../contract/task-type.ts';
import { baseName, parentOf } from '../files/paths.ts';
import { makeTemporary, temporaryPrefix } from '../files/temporary.ts';
import type { Checkout } from './desired.ts';
import type { CheckoutNow } from './facts.ts';
import { mustHave, targetOf } from './read.ts';
import { keyIsThere, MARK, NO_COMMIT, session } from './session.ts';

export function applyCheckout(delta: Delta, checkout: Checkout, now: CheckoutNow): Script {
  const target = mustHave(targetOf(now, checkout));
  return lines(
    session(checkout),
    now.place === 'repository'
      ? updated(delta, checkout, now, target)
      : now.place === 'empty'
        ? filled(checkout, target)
        : made(checkout, target),
    sh`echo "head $(git -C ${checkout.dest} rev-parse HEAD)"`,
  );
}

/** Beside its place, complete, and then renamed: what is cut off leaves nothing there. */
function made(checkout: Checkout, target: string | null): Script {
  const name = baseName(checkout.dest);
  return lines(
    sh`mkdir -p ${parentOf(checkout.dest)} && cd ${parentOf(checkout.dest)} || exit 1`,
    makeRepository(checkout.dest),
    sh`( cd "$t/new" || exit 1`,
    fetch(checkout, target),
    checkOut(checkout, true),
    sh`) || exit
if [ -e ./${name} ] || [ -L ./${name} ]; then exit ${MOVED}; fi
mv "$t/new" ./${name} || exit 1`,
    removeTemporary(),
  );
}

/** The directory was made for it, with an owner and a mode of its own: the history comes first, whole, then the files. */
function filled(checkout: Checkout, target: string | null): Script {
  return lines(
    sh`cd ${checkout.dest} || exit 1`,
    makeRepository(checkout.dest),
    sh`( cd "$t/new" || exit 1`,
    fetch(checkout, target),
    sh`git update-ref --no-deref HEAD "$to" && : >.git/${MARK}) || exit
[ ! -e .git ] && mv "$t/new/.git" .git || exit ${MOVED}`,
    removeTemporary(),
    sh`to=$(git rev-parse HEAD) || exit 1`,
    checkOut(checkout, true),
  );
}

function updated(delta: Delta, checkout: Checkout, now: CheckoutNow, target: string | null): Script {
  const { remote, repo } = checkout;
  const set = now.url === null ? sh`add` : sh`set-url`;
  return lines(
    sh`cd ${checkout.dest} || exit 1
[ "$(git rev-parse -q --verify HEAD)" = ${now.head ?? ''} ] || exit ${MOVED}`,
    'repo' in delta && sh`git remote ${set} ${remote} ${repo} || exit`,
    fetch(checkout, target),
    checkOut(checkout, checkout.force || now.unfinished),
  );
}

/** A repository without commits in `"$t/new"`. */
function makeRepository(dest: string): Script {
  return sh`${makeTemporary(temporaryPrefix(dest), 'directory')}
trap 'rm -rf "$t"' EXIT
trap 'exit 143' HUP INT PIPE TERM
git -c init.defaultBranch=main init -q "$t/new" || exit`;
}

function removeTemporary(): Script {
  return sh`rm -rf "$t"
trap - EXIT HUP INT PIPE TERM`;
}

/** Sets `"$to"` to the full commit, and sees to it that it is there. */
function fetch(checkout: Checkout, target: string | null): Script {
  const { remote, repo, version, depth } = checkout;
  const known = sh`git cat-file -e "$to^{commit}" 2>/dev/null`;
  const all = sh`git fetch -q --force --tags --no-recurse-submodules ${remote} ${`+refs/heads/*:refs/remotes/${remote}/*`}`;
  const one = (what: Script) =>
    sh`git fetch -q --no-recurse-submodules ${depth === undefined ? [] : ['--depth', depth]} ${remote} ${what}`;
  const declare = sh`git config --get ${`remote.${remote}.url`} >/dev/null || git remote add ${remote} ${repo} || exit`;
  const key = keyIsThere(checkout);
  if (target === null) {
    const find = sh`to=$(git rev-parse -q --verify ${`${version}^{commit}`})`;
    return lines(
      declare,
      sh`${find} || {`,
      key,
      sh`${all} || exit
${find} || exit ${NO_COMMIT}
}`,
    );
  }
  const shallow = depth !== undefined && sh`${known} || ${one(sh`"$to"`)} 2>/dev/null`;
  const gone = checkout.pinned ? NO_COMMIT : MOVED;
  return lines(
    declare,
    sh`to=${target}
${known} || {`,
    key,
    shallow,
    sh`${known} || ${all} || exit
${known} || ${one(sh`"$to"`)} 2>/dev/null || exit ${gone}
}`,
  );
}

/** The mark is there as long as the files are neither the old nor the new ones. */
function checkOut({ recursive }: Checkout, force: boolean): Script {
  const flags = force ? ['--force'] : [];
  return lines(
    sh`m=$(git rev-parse --absolute-git-dir)/${MARK}
: >"$m" || exit 1`,
    force && sh`{ ! git rev-parse -q --verify HEAD >/dev/null || git reset -q --hard; } || exit`,
    sh`git -c advice.detachedHead=false checkout -q ${flags} --detach "$to" -- || { code=$?; ${undone(force)}exit "$code"; }`,
    recursive &&
      sh`[ ! -e .gitmodules ] || { git submodule -q sync --recursive && git submodule -q update --init --recursive ${flags}; } || exit`,
    sh`rm -f "$m"`,
  );
}

/** A checkout without force that fails has changed nothing (git-checkout(1)): what is there is somebody's still. */
function undone(force: boolean): Script {
  return force ? sh`` : sh`rm -f "$m"; `;
}
