import { type Refusal, refuse } from '../../contract/task-type.ts';

/**
 * Texts as values of supervisord's configuration files. Read off supervisor 4.2.5: `UnhosedConfigParser` (Python's
 * RawConfigParser with the inline comment marks `;` and `#`), `expand` (Python's `%` formatting) and
 * `dict_of_key_value_pairs` (shlex, not in POSIX mode, for `environment`).
 */

/** Expands to nothing: keeps what stands on either side of it from meeting. */
const NOTHING = '%(program_name).0s';

const EXPANSION =
  /%\((?:program_name|group_name|host_node_name|process_num|numprocs|here|ENV_\w+)\)[-#0 +]*\d*[sdiuxX]/g;

export interface Encoding {
  /** Keep supervisord's own expansions, such as `%(process_num)02d`; every other `%` is data in any case. */
  readonly expansions: boolean;
  /** How often supervisord expands this option: log files twice, everything else once. */
  readonly passes: 1 | 2;
}

export const LITERAL: Encoding = { expansions: false, passes: 1 };
export const EXPANDED: Encoding = { expansions: true, passes: 1 };
export const LOG_FILE: Encoding = { expansions: true, passes: 2 };

/**
 * The text that supervisord reads as `value`, exactly: `%` is doubled, ` ;` and ` #` (comments, even inside quotes),
 * leading and trailing spaces and line breaks are kept.
 */
export function encode(value: string, how: Encoding): string {
  return value
    .split('\n')
    .map((line, i) => encodeLine(line, i > 0, how))
    .join('\n ');
}

function encodeLine(line: string, continued: boolean, how: Encoding): string {
  const percent = how.passes === 2 ? '%%%%' : '%%';
  const literal = (part: string): string =>
    part.replaceAll('%', percent).replaceAll(`${percent}(here)s`, `${percent}${NOTHING}(here)s`);
  const kept = how.expansions ? (line.match(EXPANSION) ?? []) : [];
  const parts = how.expansions ? line.split(EXPANSION) : [line];
  const text = parts.map((part, i) => literal(part) + (kept[i] ?? '')).join('');
  const guarded = text.replace(/(\s)([;#])/g, `$1${NOTHING}$2`);
  const before = continued || /^[\s;#]/.test(guarded) ? NOTHING : '';
  return before + guarded + (/\s$/.test(guarded) ? NOTHING : '');
}

/** For a person: what an encoded value says. */
export function decode(value: string): string {
  return value.replaceAll(NOTHING, '').replaceAll('%%', '%');
}

/** The value of the option `environment`. Some texts cannot be said there: those are refused. */
export function encodeEnvironment(environment: Readonly<Record<string, string>>): string | Refusal {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    const trouble = unsayable(name, value);
    if (trouble)
      return refuse(`environment: ${trouble}`, 'Put it into a file that the program reads itself.');
    const quote = value.includes('"') ? "'" : '"';
    pairs.push(`${name}=${quote}${value}${quote}`);
  }
  return encode(pairs.join(','), LITERAL);
}

/** supervisord strips both kinds of quotes from both ends, and knows no escapes. */
function unsayable(name: string, value: string): string | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return `${JSON.stringify(name)} is no name of a variable`;
  if (/^['"]|['"]$/.test(value))
    return `supervisord drops quotes at the ends of a value, as ${name} has them`;
  if (value.includes('"') && value.includes("'")) {
    return `supervisord cannot hold a value with both kinds of quotes, as ${name} has them`;
  }
  return null;
}
