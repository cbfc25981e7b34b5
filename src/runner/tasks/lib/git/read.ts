import { type Reply, text } from '../../../contract/exchange.ts';
import { isRefusal, type Refusal, refuse } from '../../../contract/task-type.ts';
import { first, readRecords } from '../accounts/records.ts';
import type { Checkout } from './desired.ts';
import { gitTrouble } from './explain.ts';
import type { CheckoutNow, Place } from './facts.ts';

export function readCheckout(reply: Reply, checkout: Checkout): CheckoutNow | Refusal {
  const [answers = '', status = ''] = text(reply.out).split(/^status\n/m);
  const records = readRecords(answers);
  const silent = first(records, 'silent');
  if (reply.code !== 0 || silent !== undefined) {
    return gitTrouble({ ...reply, code: Number(silent ?? reply.code) }, checkout, silent !== undefined);
  }
  const place = first(records, 'place');
  if (place === undefined) return refuse(`could not look at ${checkout.dest}`);
  const changes = readStatus(status);
  return {
    place: place as Place,
    nearest: first(records, 'nearest') ?? null,
    head: first(records, 'head') || null,
    url: first(records, 'url') || null,
    unfinished: records.has('unfinished'),
    dirty: changes.filter(({ moved }) => !moved).map(({ path }) => path),
    clashes: clashesIn(records.get('clash') ?? []),
    submodules: (records.get('submodule') ?? []).map((said) => said.replace(/ \([^)]*\)$/, '')),
    local: first(records, 'local') || null,
    refs: new Map((records.get('ref') ?? []).map(splitRef)),
  };
}

function clashesIn(said: readonly string[]): CheckoutNow['clashes'] {
  const clashes = new Map<string, Set<string>>();
  for (const one of said) {
    const at = one.indexOf(' ');
    const [commit, file] = [one.slice(0, at), one.slice(at + 1)];
    clashes.set(commit, (clashes.get(commit) ?? new Set()).add(file));
  }
  return new Map([...clashes].map(([commit, files]) => [commit, [...files]]));
}

function splitRef(said: string): [string, string] {
  const [commit = '', name = ''] = said.split(' ');
  return [name, commit];
}

interface Entry {
  readonly path: string;
  /** A submodule that is only at another commit. */
  readonly moved: boolean;
}

/** Lines of `git status --porcelain=v2` (git-status(1), "Changed Tracked Entries"). */
function readStatus(status: string): Entry[] {
  return status.split('\n').flatMap((line) => {
    const fields = { '1': 8, '2': 9, u: 10 }[line[0] ?? ''];
    if (fields === undefined) return [];
    const words = line.split(' ');
    const path = words.slice(fields).join(' ').split('\t')[0] ?? '';
    return [{ path, moved: /^SC\.[.U]$/.test(words[2] ?? '') }];
  });
}

/** The commit that the version stands for; null: that can be known only when it was fetched. */
export function targetOf(
  now: CheckoutNow,
  { version, pinned, repo, update }: Checkout,
): string | null | Refusal {
  if (now.place === 'repository' && !update) return now.head;
  if (pinned) return version;
  const { refs } = now;
  const at = (name: string) => refs.get(`${name}^{}`) ?? refs.get(name);
  if (version === 'HEAD' || version.startsWith('refs/')) {
    return (
      at(version) ?? refuse(`${repo} has no ${version}`, 'name a branch, a tag or a commit as `version`')
    );
  }
  const branch = refs.get(`refs/heads/${version}`);
  const tag = at(`refs/tags/${version}`);
  if (branch && tag && branch !== tag) {
    return refuse(
      `${repo} has a branch ${version} and a tag ${version}`,
      `say which: refs/heads/${version} or refs/tags/${version}`,
    );
  }
  return branch ?? tag ?? now.local;
}

export function mustHave(target: string | null | Refusal): string | null {
  return isRefusal(target) ? null : target;
}
