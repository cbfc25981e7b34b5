import { createHash } from 'node:crypto';

/** What a play's debts are kept under: the same for every checkout of a project. */
export interface DebtPlace {
  /** The name of the project's folder. */
  readonly project: string;
  /** The playbook's path in it. */
  readonly playbook: string;
  readonly play: string;
}

/** What the names of all files of a play begin with. */
export function playKey({ project, playbook, play }: DebtPlace): string {
  return short(JSON.stringify([project, playbook, play]));
}

/** A file name per host of the inventory: those that are one machine must not write over each other's debts. */
export function debtKey(place: DebtPlace, host: string): string {
  return `${playKey(place)}.${short(host)}`;
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

const VERSION = 'mama-play debts 1';

/** A debt file as a person may read it: its version, where it belongs, and one handler a line. */
export function debtLines(place: DebtPlace, host: string, handlers: readonly string[]): string[] {
  const { project, playbook, play } = place;
  const head = [VERSION, `project ${project}`, `playbook ${playbook}`, `play ${play}`, `host ${host}`];
  return [...head, ...handlers.map((name) => `handler ${name}`)].map(onOneLine);
}

export interface OwedAt extends DebtPlace {
  /** What the inventory called the host. */
  readonly host: string;
  readonly handlers: readonly string[];
}

/** Does `host` pay it? Its own, and what was left by one that the inventory has no more. */
export function isOwedBy(host: string, owed: OwedAt, isKnown: (name: string) => boolean): boolean {
  return owed.host === host || !isKnown(owed.host);
}

/** What one debt file, or several behind one another, say. Null: of a version that is not known here. */
export function readDebts(text: string): readonly OwedAt[] | null {
  const found: (DebtPlace & { host: string; handlers: string[] })[] = [];
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [word = '', rest = ''] = splitOnce(line);
    const last = found.at(-1);
    if (line === VERSION) found.push({ project: '', playbook: '', play: '', host: '', handlers: [] });
    else if (!last) return null;
    else if (word === 'handler') last.handlers.push(rest);
    else if (['project', 'playbook', 'play', 'host'].includes(word)) Object.assign(last, { [word]: rest });
    else return null;
  }
  return found;
}

export function onOneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf(' ');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
