import { insertLines, joinLines, type Lines, splitLines } from '../edit/lines.ts';

/** What a crontab is to hold, or not: a job under its name, or a variable. */
export type Item =
  | { readonly kind: 'job'; readonly name: string; readonly line: string | null }
  | { readonly kind: 'variable'; readonly name: string; readonly line: string | null };

/** The crontab with the item as declared (`line` null: without it), all else as it was. */
export function withItem(now: string, item: Item): string {
  const text = splitLines(now);
  const changed =
    item.kind === 'job' ? withJob(text, item.name, item.line) : withVariable(text, item.name, item.line);
  return joinLines(changed);
}

/** Stands above each job of ours, and tells it by name. */
export function marker(name: string): string {
  return `#mama-play: ${name}`;
}

/** A job's line, also one that is commented out; an assignment, a comment and an empty line are none. */
const JOB = /^\s*#?(?:@[a-z]+|[*\d]\S*\s+[*\d]\S*\s+\S+\s+\S+\s+\S+)\s+\S/;

/** The first pair of marker and job is changed in its place; a second one of the same name goes. */
function withJob(text: Lines, name: string, line: string | null): Lines {
  const mark = marker(name);
  const lines: string[] = [];
  let due = line !== null;
  for (let i = 0; i < text.lines.length; i++) {
    const one = text.lines[i]!;
    if (one !== mark) {
      lines.push(one);
      continue;
    }
    if (JOB.test(text.lines[i + 1] ?? '')) i += 1;
    if (due) lines.push(mark, line!);
    due = false;
  }
  const all = { ...text, lines, ended: text.ended || text.lines.length > 0 };
  return due ? insertLines(all, lines.length, [mark, line!]) : unchanged(text, all);
}

/** Variables hold for the lines below them: a new one stands at the beginning. */
function withVariable(text: Lines, name: string, line: string | null): Lines {
  const assigns = (one: string) =>
    /^\s*(?:"([^"]*)"|'([^']*)'|([^\s=#]+))\s*=/.exec(one)?.slice(1).includes(name) ?? false;
  const first = text.lines.findIndex(assigns);
  if (first < 0) return line === null ? text : insertLines(text, 0, [line]);
  const lines = text.lines.flatMap((one, i) => (assigns(one) ? (i === first ? (line ?? []) : []) : [one]));
  return unchanged(text, { ...text, lines });
}

function unchanged(before: Lines, after: Lines): Lines {
  return before.lines.join('\n') === after.lines.join('\n') ? before : after;
}
