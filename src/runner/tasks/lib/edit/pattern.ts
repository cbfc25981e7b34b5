import { createContext, Script } from 'node:vm';
import { type Refusal, refuse } from '../../../contract/task-type.ts';

/** Milliseconds that one expression may take over one file. */
const PATIENCE = 1000;

/** A regular expression that is looked for in lines, within bounds of time. */
export interface Pattern {
  /** How many groups it has. */
  readonly groups: number;
  /** The places that it finds in each line, with the groups; null: none. */
  find(lines: readonly string[]): readonly (Found | null)[] | Refusal;
}

export type Found = readonly (string | undefined)[];

/** Reads an expression as a user of Ansible writes it: Python's, as far as JavaScript knows the same. */
export function readPattern(param: string, source: string): Pattern | Refusal {
  const flags = /^\(\?([ims]+)\)/.exec(source);
  const inline = [...new Set(flags?.[1] ?? '')].join('');
  const body = translated(flags ? source.slice(flags[0].length) : source);
  const foreign = /\(\?[aiLmsux-]+[:)]|\(\?\(|\(\?#/.exec(body);
  if (foreign) {
    return refuse(
      `${param}: ${JSON.stringify(foreign[0])} is not known here`,
      'flags stand at the beginning, as in (?i)',
    );
  }
  try {
    const groups = (new RegExp(`${body}|`, inline).exec('')?.length ?? 1) - 1;
    return { groups, find: (lines) => findIn(lines, body, inline, param) };
  } catch (error) {
    const why = String((error as Error).message).replace(/^.*: /s, '');
    return refuse(`${param} is no regular expression: ${why}`);
  }
}

/** Python's spellings in JavaScript's. One line is looked at at a time, so that its ends are those of the text. */
function translated(source: string): string {
  return source.replace(
    /\\[\s\S]|\(\?P<|\(\?P=(\w+)\)/g,
    (part, name?: string) =>
      ({ '\\A': '^', '\\Z': '$', '(?P<': '(?<' })[part] ?? (name === undefined ? part : `\\k<${name}>`),
  );
}

/** V8 looks at the time while it backtracks, so that no expression can hold the run up. */
function findIn(
  lines: readonly string[],
  body: string,
  flags: string,
  param: string,
): (Found | null)[] | Refusal {
  const context = createContext({ lines: [...lines], body, flags });
  try {
    const found = SEARCH.runInContext(context, { timeout: PATIENCE }) as string;
    return JSON.parse(found) as (Found | null)[];
  } catch {
    return refuse(
      `${param} takes more than ${PATIENCE / 1000} s over this file`,
      'an expression such as (a+)+ takes exponential time: write it simpler',
    );
  }
}

const SEARCH = new Script(`{
  const pattern = new RegExp(body, flags);
  JSON.stringify(lines.map((line) => { const found = pattern.exec(line); return found && [...found]; }));
}`);

/** Python's template of a replacement: \\1, \\g<1>, \\n, \\t, \\\\. Groups that did not take part are empty. */
export function expand(template: string, found: Found): string {
  return template.replace(
    /\\(?:g<(\d+)>|(\d{1,2})|([\s\S]))/g,
    (part, named?: string, plain?: string, escaped?: string) => {
      const group = named ?? plain;
      if (group !== undefined) return found[Number(group)] ?? '';
      return escaped === '\\' ? '\\' : escaped === 't' ? '\t' : part;
    },
  );
}

/** The highest group that a template names. */
export function highestGroup(template: string): number {
  const named = [...template.matchAll(/\\(?:\\|g<(\d+)>|(\d{1,2}))/g)];
  return Math.max(0, ...named.map(([, a, b]) => Number(a ?? b ?? 0)));
}
