import type { Delta } from '../../../contract/delta.ts';
import { isRefusal, type Refusal, refuse } from '../../../contract/task-type.ts';
import { change, merged } from '../docker/changes.ts';
import { type Checkout, isShort } from './desired.ts';
import type { CheckoutNow } from './facts.ts';
import { targetOf } from './read.ts';

export function decideCheckout(now: CheckoutNow, checkout: Checkout): Delta | null | Refusal {
  const { dest, repo, version, update, force } = checkout;
  if (now.place === 'other') return refuse(`${dest} is no directory: it is left alone`);
  if (now.place === 'directory') {
    return refuse(`${dest} is not empty and no git repository`, 'remove it first, or choose another dest');
  }
  if (now.place === 'repository' && !update && !now.unfinished) return null;
  const target = targetOf(now, checkout);
  if (isRefusal(target)) return target;
  if (target === null && !isShort(version)) {
    return refuse(`${repo} has no branch or tag ${version}`, 'check `version`');
  }
  if (now.place !== 'repository') return merged(versionChange(now, target, checkout));
  if (now.dirty.length > 0 && !now.unfinished && !force) return localChanges(dest, now.dirty);
  const inTheWay = (target !== null && now.clashes.get(target)) || [];
  if (inTheWay.length > 0 && !now.unfinished) return untracked(dest, inTheWay);
  const delta = merged(
    change(
      'repo',
      now.url && withoutUser(now.url),
      now.url === repo ? now.url && withoutUser(repo) : withoutUser(repo),
    ),
    versionChange(now, target, checkout),
    now.unfinished ? change('checkout', 'interrupted', 'complete') : {},
    now.dirty.length > 0 && !now.unfinished ? change('local_changes', [...now.dirty], []) : {},
    now.submodules.length > 0
      ? change('submodules', `not as recorded: ${now.submodules.join(', ')}`, 'as recorded')
      : {},
  );
  return Object.keys(delta).length > 0 ? delta : null;
}

function versionChange({ head }: CheckoutNow, target: string | null, { version, pinned }: Checkout) {
  if (head !== null && (head === target || (target === null && head.startsWith(version)))) return {};
  const to = target === null ? version : pinned ? short(target) : `${short(target)} (${version})`;
  return change('version', head && short(head), to);
}

function localChanges(dest: string, dirty: readonly string[]): Refusal {
  return refuse(
    `${dest} has local changes: ${listed(dirty)}`,
    'commit them elsewhere or undo them; force: true discards them',
  );
}

function untracked(dest: string, files: readonly string[]): Refusal {
  return refuse(
    `${dest} has files in the way that git does not track: ${listed(files)}`,
    'move them away; force: true replaces them',
  );
}

function listed(files: readonly string[]): string {
  return `${files.slice(0, 5).join(', ')}${files.length > 5 ? ` and ${files.length - 5} more` : ''}`;
}

/** As `git log --oneline` would for a large repository. */
function short(commit: string): string {
  return commit.slice(0, 12);
}

/** An address in an existing checkout may hold a password. */
function withoutUser(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*:[^/@]*@/i, '$1…@');
}
