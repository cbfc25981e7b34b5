import { amount } from './text.ts';

/** Names that differ only in a number are told as a range from here on. */
const FEWEST = 3;
/** Columns that a list of hosts may take. */
const ROOM = 60;

/**
 * Hosts in the order given, runs of numbered names as the shell's braces: `web01 web02 web03 db` is
 * `web{01..03} db`. What has no room is counted.
 */
export function hostList(names: readonly string[], room = ROOM): string {
  const terms = ranges(names);
  let shown = '';
  let told = 0;
  for (const [index, { text, hosts }] of terms.entries()) {
    const more = index === 0 ? text : `${shown} ${text}`;
    if (index > 0 && more.length > room) break;
    shown = more;
    told += hosts;
  }
  return told === names.length ? shown : `${shown} and ${amount(names.length - told, 'more host')}`;
}

interface Term {
  readonly text: string;
  readonly hosts: number;
}

interface Numbered {
  readonly before: string;
  readonly digits: string;
  readonly after: string;
}

function ranges(names: readonly string[]): Term[] {
  const families = new Map<string, { order: number; members: Numbered[] }>();
  const terms: { order: number; term: Term }[] = [];
  for (const [order, name] of names.entries()) {
    const numbered = split(name);
    if (!numbered) {
      terms.push({ order, term: { text: name, hosts: 1 } });
      continue;
    }
    const { before, digits, after } = numbered;
    // 08, 09, 10 are one family, 8, 9, 10 another one: a range has either leading zeros or none.
    const key = JSON.stringify([before, after, digits.startsWith('0') ? digits.length : 0]);
    const padded = JSON.stringify([before, after, digits.length]);
    const family = families.get(key) ?? families.get(padded);
    if (family) family.members.push(numbered);
    else families.set(key, { order, members: [numbered] });
  }
  for (const { order, members } of families.values())
    for (const term of runs(members)) terms.push({ order, term });
  return terms.sort((a, b) => a.order - b.order).map(({ term }) => term);
}

/** The last number of a name. */
function split(name: string): Numbered | null {
  const match = /^(.*?)(\d{1,9})(\D*)$/.exec(name);
  return match && { before: match[1]!, digits: match[2]!, after: match[3]! };
}

function runs(members: readonly Numbered[]): Term[] {
  const sorted = [...members].sort((a, b) => Number(a.digits) - Number(b.digits));
  const terms: Term[] = [];
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to + 1 < sorted.length && Number(sorted[to + 1]!.digits) === Number(sorted[to]!.digits) + 1) to++;
    const run = sorted.slice(from, to + 1);
    if (run.length >= FEWEST) terms.push(braces(run[0]!, run.at(-1)!, run.length));
    else for (const one of run) terms.push({ text: one.before + one.digits + one.after, hosts: 1 });
    from = to + 1;
  }
  return terms;
}

function braces({ before, digits, after }: Numbered, last: Numbered, hosts: number): Term {
  return { text: `${before}{${digits}..${last.digits}}${after}`, hosts };
}
