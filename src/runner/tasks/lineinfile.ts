import { isRefusal, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { type Editing, editing } from './lib/edit/edited.ts';
import { bare, insertLines, joinLines, type Lines, splitLines } from './lib/edit/lines.ts';
import { FIELDS, FILE, placingOf } from './lib/edit/params.ts';
import { expand, highestGroup, type Pattern, readPattern } from './lib/edit/pattern.ts';
import { indexOf, type Place, readPlace } from './lib/edit/place.ts';

/** How the line is found that is replaced or removed. */
type Search =
  | { readonly kind: 'pattern'; readonly pattern: Pattern }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'line' };

interface Wanted {
  readonly line: string;
  readonly search: Search;
  readonly place: Place;
  readonly backrefs: boolean;
  readonly first: boolean;
}

export default stateTask({
  name: 'lineinfile',
  schema: {
    type: 'object',
    description: 'Sees to it that a line is in a text file, or is not.',
    properties: {
      ...FILE,
      line: { type: 'string', aliases: ['value'], description: 'The line; needed for `state: present`.' },
      regexp: {
        type: 'string',
        minLength: 1,
        aliases: ['regex'],
        description:
          'Of the lines in which this expression is found, the last one is replaced; with `state: absent` all are removed.',
      },
      search_string: {
        type: 'string',
        minLength: 1,
        description: 'As `regexp`, but a text that is looked for as it stands.',
      },
      state: { enum: ['present', 'absent'], default: 'present', description: 'absent: lines are removed.' },
      insertafter: {
        type: 'string',
        minLength: 1,
        examples: ['EOF', '^\\[mysqld\\]'],
        description:
          'Where no line is replaced: after the last line in which this expression is found; `EOF` (the default), the end; `BOF`, the beginning.',
      },
      insertbefore: {
        type: 'string',
        minLength: 1,
        examples: ['BOF', '^exit 0'],
        description:
          'Where no line is replaced: before the last line in which this expression is found; `BOF`, the beginning.',
      },
      firstmatch: {
        type: 'boolean',
        default: false,
        description: 'Take the first line that matches instead of the last one.',
      },
      backrefs: {
        type: 'boolean',
        default: false,
        description:
          'In `line`, \\1 and \\g<1> stand for the groups of `regexp`; where nothing matches, nothing is done.',
      },
    },
    required: ['path'],
    additionalProperties: false,
  },
  fields: FIELDS,

  desire(params): Editing | Refusal {
    const placing = placingOf(params);
    if (isRefusal(placing)) return placing;
    const { line, regexp, search_string: text, backrefs, state, create } = params;
    const search = readSearch(regexp, text);
    if (isRefusal(search)) return search;
    const place = readPlace(params.insertafter, params.insertbefore);
    if (isRefusal(place)) return place;
    const fault = faultOf(line, search, state, backrefs);
    if (fault) return fault;
    const wanted = { line: line ?? '', search, place, backrefs, first: params.firstmatch };
    if (state === 'absent') return { ...placing, absent: 'leave', edit: (now) => without(now, wanted) };
    // Nothing matches in a file that is not there, and then backrefs do nothing.
    const missing = backrefs ? 'leave' : 'make';
    return { ...placing, absent: create ? missing : 'refuse', edit: (now) => withLine(now, wanted) };
  },
  ...editing,
});

function readSearch(regexp: string | undefined, text: string | undefined): Search | Refusal {
  if (regexp !== undefined && text !== undefined) {
    return refuse('regexp and search_string exclude each other', 'give one of them');
  }
  if (text !== undefined) return { kind: 'text', text };
  if (regexp === undefined) return { kind: 'line' };
  const pattern = readPattern('regexp', regexp);
  return isRefusal(pattern) ? pattern : { kind: 'pattern', pattern };
}

function faultOf(
  line: string | undefined,
  search: Search,
  state: 'present' | 'absent',
  backrefs: boolean,
): Refusal | null {
  if (line !== undefined && /[\n\r\0]/.test(line)) {
    return refuse('line holds more than one line', 'several lines are the work of `blockinfile`');
  }
  if (state === 'absent') {
    return line === undefined && search.kind === 'line'
      ? refuse('nothing says which lines are to be absent', 'give `line`, `regexp` or `search_string`')
      : null;
  }
  if (line === undefined) return refuse('line is missing', '`state: present` needs it');
  if (!backrefs) return null;
  if (search.kind !== 'pattern') return refuse('backrefs needs a regexp');
  const named = highestGroup(line);
  const { groups } = search.pattern;
  return named > groups ? refuse(`line names group ${named}, and regexp has ${groups}`) : null;
}

/** Which lines match, with the groups of the expression. */
function matches(
  lines: readonly string[],
  { search, line }: Wanted,
): readonly (readonly (string | undefined)[] | null)[] | Refusal {
  if (search.kind === 'pattern') return search.pattern.find(lines);
  if (search.kind === 'text') return lines.map((one) => (one.includes(search.text) ? [] : null));
  return lines.map((one) => (one === line ? [] : null));
}

function without(now: string, wanted: Wanted): string | Refusal {
  const text = splitLines(now);
  const found = matches(bare(text.lines), wanted);
  if (isRefusal(found)) return found;
  const lines = text.lines.filter((_, i) => found[i] === null);
  return lines.length === text.lines.length
    ? now
    : joinLines({ ...text, lines, ended: text.ended || found.at(-1) !== null });
}

function withLine(now: string, wanted: Wanted): string | Refusal {
  const text = splitLines(now);
  const lines = bare(text.lines);
  const found = matches(lines, wanted);
  if (isRefusal(found)) return found;
  const hit = (one: unknown) => one !== null;
  const at = wanted.first ? found.findIndex(hit) : found.findLastIndex(hit);
  if (at >= 0) {
    const line = wanted.backrefs ? expand(wanted.line, found[at] ?? []) : wanted.line;
    return lines[at] === line ? now : joinLines(replaced(text, at, line));
  }
  if (wanted.backrefs || lines.includes(wanted.line)) return now;
  const index = indexOf(wanted.place, lines, wanted.first);
  return typeof index === 'number' ? joinLines(insertLines(text, index, [wanted.line])) : index;
}

/** The line keeps the end that it has; one without any gets one. */
function replaced(text: Lines, at: number, line: string): Lines {
  const lines = text.lines.map((one, i) => (i !== at ? one : one.endsWith('\r') ? `${line}\r` : line));
  return { ...text, lines, ended: text.ended || at === lines.length - 1 };
}
