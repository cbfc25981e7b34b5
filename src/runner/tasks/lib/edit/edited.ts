import type { Delta } from '../../../contract/delta.ts';
import type { Reply } from '../../../contract/exchange.ts';
import type { JsonObject } from '../../../contract/json.ts';
import { type Script, sh } from '../../../contract/script.ts';
import {
  type Apply,
  isRefusal,
  isUnknown,
  MOVED,
  type Predictions,
  type Refusal,
  refuse,
  type Touches,
  type Unknown,
  type World,
} from '../../../contract/task-type.ts';
import { strangers } from '../files/attributes.ts';
import { asText, contentOf, sha256 } from '../files/content.ts';
import { explainChange } from '../files/explain.ts';
import type { PathFacts } from '../files/facts.ts';
import { type PathQuestion, probePath, SMALL } from '../files/path-probe.ts';
import { readPath } from '../files/path-read.ts';
import {
  applyFile,
  decideFacts,
  looksAtFile,
  type PlacedFile,
  type Placing,
  predictFile,
  resultOfFile,
  touchesFile,
  unfitPlace,
} from '../files/place-file.ts';
import { writesTo } from '../files/predicted.ts';
import { inWorld } from '../files/world.ts';

/** Bytes; a larger file is not edited. */
export const LARGEST = 1 << 20;

/** A file of which only a part is declared: it is read whole, edited on the controller, and written whole. */
export interface Editing extends Placing {
  /** What becomes of a file that is not there: it is made, it stays absent, or the task is refused. */
  readonly absent: 'make' | 'leave' | 'refuse';
  /** Pure; what it makes, it must leave alone when asked again. */
  readonly edit: (text: string) => string | Refusal;
}

/** The steps that the types share which edit a file. */
export const editing = {
  probe: (desired: Editing): Script => probePath(questionOf(desired)),

  read: (reply: Reply, desired: Editing): PathFacts | Refusal => readPath(reply, questionOf(desired)),

  decide(current: PathFacts, desired: Editing, world: World): Delta | null | Refusal | Unknown {
    const facts = inWorld(current, world, desired.follow);
    if (isUnknown(facts)) return facts;
    if (facts.kind === 'absent' && desired.absent === 'leave') return null;
    if (facts.kind === 'absent' && desired.absent === 'refuse') {
      return refuse(`${facts.path} does not exist`, 'with `create: true` it is made');
    }
    const unfit = strangers(facts) ?? (facts.kind === 'absent' ? null : unfitPlace(facts, desired));
    if (unfit) return unfit;
    const now = textOf(facts);
    if (typeof now !== 'string') return now;
    const file = edited(now, desired);
    if (isRefusal(file)) return file;
    // A new file is made even if the edit leaves it empty.
    return decideFacts({ ...facts, ...known(current, facts, now) }, file);
  },

  apply(delta: Delta, desired: Editing, current: PathFacts): Script | Apply {
    // Only an expression at the edge of its time can fail after it was decided upon: it is decided anew.
    if (isRefusal(edited(nowOf(current), desired))) return sh`exit ${MOVED}`;
    return applyFile(delta, fileOf(desired, current), current);
  },

  explain: (reply: Reply, desired: Editing): Refusal => explainChange(desired.dest, reply),

  result(_: Editing, current: PathFacts, __: Delta | null, reply: Reply | null): JsonObject {
    const { dest, ...more } = resultOfFile(current, reply);
    return { path: dest ?? current.path, ...more };
  },

  predict(delta: Delta, desired: Editing, current: PathFacts, world: World): Predictions | null {
    const facts = inWorld(current, world, desired.follow);
    return isUnknown(facts) ? null : predictFile(delta, fileOf(desired, facts), current, world);
  },
  looksAt: looksAtFile,
  mayAlter: (desired: Editing | null, current?: PathFacts) =>
    writesTo(desired?.dest, current, desired?.backup),

  touches: (desired: Editing, current: PathFacts): Touches | null =>
    touchesFile(fileOf(desired, current), current),
} as const;

function questionOf({ dest, follow, declared }: Editing): PathQuestion {
  // No file has this size and this hash: every content is sent.
  return {
    path: dest,
    follow,
    ...declared,
    content: { size: -1, sha256: '-', limit: LARGEST },
    writes: true,
  };
}

/** The text as it is, or as earlier edits of a dry run would have left it. */
function textOf(facts: PathFacts): string | Refusal | Unknown {
  if (facts.kind === 'absent') return '';
  if (facts.content === null && facts.sha256 !== null) {
    return { unknown: `${facts.path} would have been changed before` };
  }
  if (facts.content === null) {
    return refuse(
      `${facts.path} has more than ${LARGEST} bytes: it is not edited`,
      'place it whole, with `copy` or `template`',
    );
  }
  return asText(facts.content) ?? refuse(`${facts.path} is no UTF-8 text: it is not edited`);
}

/** What the comparison must know of the text that is edited; a large one is not shown. */
function known(current: PathFacts, facts: PathFacts, now: string): Partial<PathFacts> {
  if (facts.kind === 'absent') return {};
  const bytes = Buffer.from(now);
  const { content } = current;
  const shown = bytes.length > SMALL ? null : content && sha256(content) === sha256(bytes) ? content : bytes;
  return { sha256: sha256(bytes), content: shown };
}

function edited(now: string, desired: Editing): PlacedFile | Refusal {
  const text = desired.edit(now);
  if (typeof text !== 'string') return text;
  const again = desired.edit(text);
  if (isRefusal(again)) return again;
  if (again !== text) {
    return refuse(
      `${desired.dest} would be changed again at every run: what this task writes, it changes once more`,
      'let the expression match what the task writes, or not match it',
    );
  }
  const { edit: _, absent: __, ...placing } = desired;
  return { ...placing, kind: 'file', content: contentOf(text) };
}

/** Only for a change that was decided upon. */
function fileOf(desired: Editing, current: PathFacts): PlacedFile {
  const now = nowOf(current);
  const file = edited(now, desired);
  const { edit: _, absent: __, ...placing } = desired;
  return isRefusal(file) ? { ...placing, kind: 'file', content: contentOf(now) } : file;
}

function nowOf({ content }: PathFacts): string {
  return (content && asText(content)) ?? '';
}
