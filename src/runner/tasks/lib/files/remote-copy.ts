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
import { type PathQuestion, probePath } from './path-probe.ts';
import { readPath } from './path-read.ts';
import { ancestors, tidy } from './paths.ts';
import { permitted } from './permission.ts';
import { changeAttributes, type Placing, placedIn, unfitPlace } from './place-file.ts';
import { keptBeside, predictedPath, predictions } from './predicted.ts';
import { isFresh, leadsWhere } from './world.ts';
import { replaceFile } from './write-file.ts';

/** A file of the host itself, put in another place of it (`copy` with `remote_src`). */
export interface RemoteCopy extends Placing {
  readonly kind: 'remote';
  readonly src: string;
}

export interface RemoteNow {
  readonly facts: PathFacts;
  /** `src` without links on the way, and where it leads to. */
  readonly sourcePath: string;
  readonly source: 'file' | 'directory' | 'absent' | 'unreadable';
  /** Lower-case hex; null: not asked for. */
  readonly sourceHash: string | null;
  readonly hash: string | null;
}

export function probeRemote(desired: RemoteCopy): Script {
  return lines(
    probePath(question(desired)),
    sh`x=${desired.src}
printf 'P%s\0' "$(readlink -f "$x" || printf '%s\n' "$x")"
if [ -d "$x" ]; then printf 'D\0'; elif ! [ -e "$x" ]; then printf 'A\0'; elif ! [ -r "$x" ]; then printf 'N\0'; else
h=$(sha256sum <"$x"); printf 'S%s\0' "\${h%% *}"
if [ -n "$s" ] && [ -f "$b" ] && [ -r "$b" ]; then h=$(sha256sum <"$b"); printf 'h%s\0' "\${h%% *}"; fi; fi
:`,
  );
}

function question({ dest, into, follow, declared: { owner, group } }: RemoteCopy): PathQuestion {
  return { path: dest, into, follow, owner, group, writes: true };
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
  const path = /\0P([^\0]*)\0/.exec(Buffer.from(reply.out).toString('utf8'))?.[1] || desired.src;
  return {
    facts,
    sourcePath: tidy(path),
    source,
    sourceHash: /\0S([0-9a-f]{64})\0/.exec(said)?.[1] ?? null,
    hash: facts.sha256,
  };
}

/** The source as it would be after the unmade changes of a dry run. */
function sourceIn(current: RemoteNow, world: World): RemoteNow | Unknown {
  const { sourcePath } = current;
  const own = predictedPath(world, sourcePath);
  if (own?.kind === 'link') return leadsWhere(sourcePath);
  if (own?.contents) return { unknown: `what ${sourcePath} will hold is not known yet` };
  if (own?.kind === 'file')
    return { ...current, source: 'file', sourceHash: own.sha256 ?? current.sourceHash };
  if (own) return { ...current, source: own.kind === 'directory' ? 'directory' : 'absent' };
  for (const path of ancestors(sourcePath)) {
    const above = predictedPath(world, path);
    if (above?.kind === 'link' || above?.contents)
      return { unknown: `what will be in ${path} is not known yet` };
    if (above && (above.kind !== 'directory' || isFresh(above))) return { ...current, source: 'absent' };
  }
  return current;
}

export function decideRemote(
  asked: RemoteNow,
  desired: RemoteCopy,
  world: World,
): Delta | null | Refusal | Unknown {
  const current = sourceIn(asked, world);
  if (isUnknown(current)) return current;
  const facts = placedIn(asked.facts, desired, world);
  if (isUnknown(facts)) return facts;
  const { path, parent } = facts;
  if (current.source === 'directory')
    return refuse(`${desired.src} is a directory`, 'remote_src copies a single file');
  if (current.source !== 'file') return refuse(`${desired.src} on the host is ${current.source}`);
  if (parent.kind === 'missing') return missingParent(path, parent);
  if (facts.kind !== 'absent' && !desired.force) return null;
  const unfit = strangers(facts) ?? unfitPlace(facts, desired);
  if (unfit) return unfit;
  const hash =
    facts.kind === 'file' ? (facts.sha256 ?? (path === asked.facts.path ? current.hash : null)) : null;
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
  return permitted(facts, desired.declared, delta);
}

export function predictRemote(
  delta: Delta,
  desired: RemoteCopy,
  asked: RemoteNow,
  world: World,
): Predictions | null {
  const current = sourceIn(asked, world);
  const facts = placedIn(asked.facts, desired, world);
  if (isUnknown(current) || isUnknown(facts) || current.sourceHash === null) return null;
  const attributes = attributesAfter(desired.declared, facts, 'file');
  return {
    ...predictions(facts, world, { kind: 'file', ...attributes, sha256: current.sourceHash, text: null }),
    ...(desired.backup && 'content' in delta ? keptBeside(facts) : {}),
  };
}

export function applyRemote(delta: Delta, desired: RemoteCopy, { facts, sourceHash }: RemoteNow): Script {
  if (!('content' in delta)) return changeAttributes(delta, desired, facts);
  const fill = sh`cat ${desired.src} >"$t" || exit 1
h=$(sha256sum <"$t")
[ "\${h%% *}" = ${sourceHash ?? ''} ] || exit ${MOVED}`;
  return replaceFile(fill, delta, facts, desired);
}
