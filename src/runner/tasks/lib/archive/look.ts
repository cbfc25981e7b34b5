import type { Change, Delta } from '../../../contract/delta.ts';
import { type Reply, text } from '../../../contract/exchange.ts';
import { isObject, type JsonObject } from '../../../contract/json.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import {
  isRefusal,
  isUnknown,
  type Refusal,
  refuse,
  type Unknown,
  type World,
} from '../../../contract/task-type.ts';
import { strangers } from '../files/attributes.ts';
import type { PathFacts } from '../files/facts.ts';
import { type PathQuestion, probePath } from '../files/path-probe.ts';
import { readPath } from '../files/path-read.ts';
import { capped } from '../files/shown.ts';
import { inWorld } from '../files/world.ts';
import type { Unarchived } from './desired.ts';
import { compareRecord, nameIn, readHeader } from './record.ts';

export interface ArchiveNow {
  readonly facts: PathFacts;
  readonly created: boolean;
  /** Tools that the host lacks. */
  readonly lacks: readonly string[];
  readonly barred: boolean;
  /** Lower-case hex: of the archive on the host, or of the one here. */
  readonly archive: string | null;
  /** What was unpacked last, and how it was declared; null: nothing that is known of. */
  readonly record: JsonObject | null;
  /** Lines that the record and the host do not share. */
  readonly strays: readonly string[];
}

function question({ dest, declared: { owner, group } }: Unarchived): PathQuestion {
  return { path: dest, follow: true, owner, group };
}

export function probeArchive(desired: Unarchived): Script {
  const { creates, file, src, format } = desired;
  return lines(
    probePath(question(desired)),
    sh`printf 't\0'`,
    creates !== null && sh`if [ -e ${creates} ] || [ -L ${creates} ]; then echo created; exit 0; fi`,
    ...format.tools.map((tool) => sh`command -v ${tool} >/dev/null 2>&1 || echo ${`lacks ${tool}`}`),
    file === null && sh`[ -f ${src} ] && h=$(sha256sum <${src}) && echo "archive \${h%% *}"`,
    sh`if [ -d "$b" ] && cd "$b"; then
[ -w . ] || echo barred
echo record`,
    compareRecord(desired),
    sh`fi
:`,
  );
}

export function readArchive(reply: Reply, desired: Unarchived): ArchiveNow | Refusal {
  const start = Buffer.from(reply.out).indexOf('\0t\0');
  const facts = readPath({ ...reply, out: reply.out.subarray(0, Math.max(0, start + 1)) }, question(desired));
  if (isRefusal(facts)) return facts;
  const said = text(reply.out.subarray(start + 3))
    .split('\n')
    .slice(0, -1);
  const at = said.indexOf('record');
  const before = at < 0 ? said : said.slice(0, at);
  if (at >= 0 && said.at(-1) !== 'end')
    return refuse(`could not compare ${desired.dest} with what was unpacked`);
  const value = (word: string) =>
    before.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  return {
    facts,
    created: before.includes('created'),
    lacks: value('lacks'),
    barred: before.includes('barred'),
    archive: desired.file === null ? (value('archive')[0] ?? null) : desired.file.sha256(),
    record: at < 0 ? null : readHeader(said[at + 1] ?? ''),
    strays: at < 0 ? [] : said.slice(at + 2, -1),
  };
}

export function decideArchive(
  now: ArchiveNow,
  desired: Unarchived,
  world: World,
): Delta | null | Refusal | Unknown {
  const { dest, src, name, creates, declared, file } = desired;
  if (now.created || (creates !== null && isMade(creates, world))) return null;
  const facts = inWorld(now.facts, world, true);
  if (isUnknown(facts)) return facts;
  if (facts.kind === 'absent') {
    return refuse(`the directory ${dest} does not exist`, 'make it with a `file` task (state: directory)');
  }
  if (facts.kind !== 'directory') return refuse(`${dest} is not a directory`);
  const stranger = strangers(facts);
  if (stranger) return stranger;
  const filled = world.predicted(`path:${dest}`);
  if (isObject(filled) && filled['contents'] === 'unknown')
    return { unknown: `what an earlier task would put into ${dest} is not known` };
  if (now.lacks.length > 0) {
    return refuse(`this host has no ${now.lacks.join(', no ')}, which unpacks ${name}`, 'install it first');
  }
  if (file === null && world.predicted(`path:${src}`) !== undefined) {
    return { unknown: `${src} would have been changed before` };
  }
  if (now.archive === null)
    return refuse(`there is no file ${src} on the host`, 'without `remote_src` it is looked for here');
  const delta = differences(now, { archive: now.archive, ...(declared as JsonObject) });
  if (delta && now.barred)
    return refuse(`${dest} may not be written in`, 'run it as a user who may: `become: true`');
  return delta;
}

function isMade(path: string, world: World): boolean {
  const predicted = world.predicted(`path:${path}`);
  return isObject(predicted) && predicted['kind'] !== 'absent';
}

function differences({ record, strays }: ArchiveNow, wanted: JsonObject): Delta | null {
  const delta: Record<string, Change> = {};
  for (const field of new Set([...Object.keys(wanted), ...Object.keys(record ?? {})])) {
    const [from = null, to = null] = [record?.[field], wanted[field]];
    if (from !== to) delta[field] = { from, to };
  }
  if (Object.keys(delta).length > 0) return delta;
  const paths = [...new Set(strays.map(nameIn))];
  if (paths.length === 0) return null;
  return capped(
    Object.fromEntries(paths.map((path) => [path, { from: 'changed', to: 'as in the archive' }])),
  );
}
