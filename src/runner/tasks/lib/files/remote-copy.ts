import type { Delta } from '../../../contract/delta.ts';
import type { Reply } from '../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import {
  isRefusal,
  isUnknown,
  MOVED,
  type Predictions,
  type Refusal,
  refuse,
  type Unknown,
  type World,
} from '../../../contract/task-type.ts';
import { attributeChanges, attributesAfter, strangers, unsureOwner } from './attributes.ts';
import { barredParent, missingParent } from './explain.ts';
import type { PathFacts } from './facts.ts';
import { probePath } from './path-probe.ts';
import { readPath } from './path-read.ts';
import { changeAttributes, type Placing, unfitPlace } from './place-file.ts';
import { predictions } from './predicted.ts';
import { inWorld } from './world.ts';
import { replaceFile } from './write-file.ts';

/** A file of the host itself, put in another place of it (`copy` with `remote_src`). */
export interface RemoteCopy extends Placing {
  readonly kind: 'remote';
  readonly src: string;
}

export interface RemoteNow {
  readonly facts: PathFacts;
  readonly source: 'file' | 'directory' | 'absent' | 'unreadable';
  /** Lower-case hex; null: not asked for. */
  readonly sourceHash: string | null;
  readonly hash: string | null;
}

export function probeRemote(desired: RemoteCopy): Script {
  return lines(
    probePath(question(desired)),
    sh`x=${desired.src}
if [ -d "$x" ]; then printf 'D\0'; elif ! [ -e "$x" ]; then printf 'A\0'; elif ! [ -r "$x" ]; then printf 'N\0'; else
h=$(sha256sum <"$x"); printf 'S%s\0' "\${h%% *}"
if [ -n "$s" ] && [ -f "$b" ] && [ -r "$b" ]; then h=$(sha256sum <"$b"); printf 'h%s\0' "\${h%% *}"; fi; fi
:`,
  );
}

function question({ dest, into, follow, declared: { owner, group } }: RemoteCopy) {
  return { path: dest, into, follow, owner, group };
}

export function readRemote(reply: Reply, desired: RemoteCopy): RemoteNow | Refusal {
  const facts = readPath(reply, question(desired));
  if (isRefusal(facts)) return facts;
  const said = Buffer.from(reply.out).toString('latin1');
  const source = said.includes('\0D\0')
    ? 'directory'
    : said.includes('\0A\0')
      ? 'absent'
      : said.includes('\0N\0')
        ? 'unreadable'
        : 'file';
  return { facts, source, sourceHash: /\0S([0-9a-f]{64})\0/.exec(said)?.[1] ?? null, hash: facts.sha256 };
}

export function decideRemote(
  current: RemoteNow,
  desired: RemoteCopy,
  world: World,
): Delta | null | Refusal | Unknown {
  const facts = inWorld(current.facts, world, desired.follow);
  if (isUnknown(facts)) return facts;
  const { path, parent } = facts;
  if (current.source === 'directory')
    return refuse(`${desired.src} is a directory`, 'remote_src copies a single file');
  if (current.source !== 'file') return refuse(`${desired.src} on the host is ${current.source}`);
  if (parent.kind === 'missing') return missingParent(path, parent);
  if (facts.kind !== 'absent' && !desired.force) return null;
  const unfit = strangers(facts) ?? unfitPlace(facts, desired);
  if (unfit) return unfit;
  const hash = facts.kind === 'file' ? (facts.sha256 ?? current.hash) : null;
  const same = hash !== null && hash === current.sourceHash;
  if (!same && parent.barred !== null) return barredParent(path, parent.barred);
  const now = facts.kind === 'file' ? facts.attributes : null;
  const unsure = unsureOwner(facts, desired.declared);
  if (unsure) return unsure;
  const from = hash === null ? null : `sha256:${hash}`;
  const delta = {
    ...(facts.kind === 'file' ? {} : { state: { from: facts.kind, to: 'file' } }),
    ...(same ? {} : { content: { from, to: `sha256:${current.sourceHash}` } }),
    ...attributeChanges(desired.declared, { directory: false, now, umask: facts.umask }),
  };
  return Object.keys(delta).length > 0 ? delta : null;
}

export function predictRemote(desired: RemoteCopy, current: RemoteNow, world: World): Predictions | null {
  const facts = inWorld(current.facts, world, desired.follow);
  if (isUnknown(facts) || current.sourceHash === null || desired.backup) return null;
  const attributes = attributesAfter(desired.declared, facts, 'file');
  return predictions(facts, world, { kind: 'file', ...attributes, sha256: current.sourceHash, text: null });
}

export function applyRemote(delta: Delta, desired: RemoteCopy, { facts, sourceHash }: RemoteNow): Script {
  if (!('content' in delta)) return changeAttributes(delta, desired, facts);
  const fill = sh`cat ${desired.src} >"$t" || exit 1
h=$(sha256sum <"$t")
[ "\${h%% *}" = ${sourceHash ?? ''} ] || exit ${MOVED}`;
  return replaceFile(fill, delta, facts, desired);
}
