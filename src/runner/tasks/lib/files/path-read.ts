import type { Reply } from '../../../contract/exchange.ts';
import { text } from '../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import type { Attributes, Kind, ParentFacts, PathFacts } from './facts.ts';
import type { PathQuestion } from './path-probe.ts';
import { tidy } from './paths.ts';
import { isClosed, readLogin } from './permission.ts';

/** Understands the answer to `probePath`. */
export function readPath(reply: Reply, asked: PathQuestion): PathFacts | Refusal {
  const { records, content } = split(reply.out);
  const parent = readParent(records);
  if (reply.code !== 0 || !parent) return misunderstood(asked.path, reply);
  const into = records.get('i');
  const whole = records.get('H') ?? asked.path;
  const path = tidy(into === undefined ? whole : `${whole}/${into}`);
  const stat = records.get('s');
  const attributes = stat === undefined ? null : readStat(stat);
  const real = records.get('r');
  return {
    path,
    umask: Number.parseInt(records.get('m') ?? '', 8),
    parent,
    kind: stat === undefined ? 'absent' : kindOf(stat),
    attributes,
    target: unguarded(records.get('l')),
    ...(records.has('D') ? { toDirectory: true } : {}),
    real: unguarded(real) ?? path,
    sha256: records.get('h') ?? null,
    content,
    readable: !records.has('n'),
    unknownUser: records.has('U') ? (asked.owner ?? null) : null,
    unknownGroup: records.has('G') ? (asked.group ?? null) : null,
    login: readLogin(records),
    ...(isClosed(records, attributes) ? { closed: true } : {}),
  };
}

/** Records by their letter, up to the content, which is raw. */
function split(out: Uint8Array): { records: Map<string, string>; content: Uint8Array | null } {
  const records = new Map<string, string>();
  let from = 0;
  while (from < out.length) {
    const letter = String.fromCharCode(out[from] as number);
    if (letter === 'c') return { records, content: out.subarray(from + 1) };
    const end = out.indexOf(0, from);
    if (end < 0) break;
    records.set(letter, text(out.subarray(from + 1, end)));
    from = end + 1;
  }
  return { records, content: null };
}

function readParent(records: ReadonlyMap<string, string>): ParentFacts | null {
  const physical = records.get('p');
  if (physical !== undefined) return { kind: 'present', physical, barred: records.get('w') ?? null };
  for (const [letter, because] of [
    ['d', 'absent'],
    ['f', 'no-directory'],
    ['x', 'forbidden'],
  ] as const) {
    const nearest = records.get(letter);
    if (nearest !== undefined) {
      const real = tidy(records.get('q') || nearest);
      return { kind: 'missing', nearest, real, because, ...(records.has('e') ? { isLink: true } : {}) };
    }
  }
  return null;
}

/** A line of `STAT_FORMAT`. */
export function readStat(line: string): Attributes {
  const [raw = '', uid, gid, size, links, , owner = '', group = ''] = line.split(':');
  return {
    bits: Number.parseInt(raw, 16) & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner,
    group,
    size: Number(size),
    links: Number(links),
    stamp: line,
  };
}

/** The kind in a raw mode, S_IFMT of stat(2). */
export function kindOf(stat: string): Kind {
  switch (Number.parseInt(stat, 16) & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'directory';
    case 0o120000:
      return 'link';
    default:
      return 'other';
  }
}

/** readlink's line, without the newline of its own and the dot that kept the name's newlines. */
function unguarded(value: string | undefined): string | null {
  return value === undefined ? null : value.replace(/\n?\.$/, '');
}

export function misunderstood(path: string, reply: Reply): Refusal {
  const said = text(reply.err).trim().split('\n').at(-1) ?? '';
  return refuse(`could not look at ${path}: ${said || `the shell exited ${reply.code}`}`);
}
