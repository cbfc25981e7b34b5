import { isRefusal, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { type Editing, editing } from './lib/edit/edited.ts';
import { bare, insertLines, joinLines, type Lines, splitLines } from './lib/edit/lines.ts';
import { FIELDS, FILE, placingOf } from './lib/edit/params.ts';
import { indexOf, type Place, readPlace } from './lib/edit/place.ts';

interface Wanted {
  readonly path: string;
  readonly begin: string;
  readonly end: string;
  /** null: the block is to be absent. */
  readonly block: readonly string[] | null;
  readonly place: Place;
}

export default stateTask({
  name: 'blockinfile',
  schema: {
    type: 'object',
    description: 'Keeps a block of lines between two marker lines in a text file.',
    properties: {
      ...FILE,
      block: {
        type: 'string',
        default: '',
        aliases: ['content'],
        description: 'The lines between the markers; without any, block and markers are removed.',
      },
      marker: {
        type: 'string',
        pattern: '^[^\\r\\n\\0]*\\{mark\\}[^\\r\\n\\0]*$',
        default: '# {mark} ANSIBLE MANAGED BLOCK',
        description:
          'The marker lines, with `{mark}` where they differ; a comment of the format. Blocks of one file need different ones.',
        examples: ['<!-- {mark} mama -->'],
      },
      marker_begin: {
        type: 'string',
        pattern: '^[^\\r\\n\\0]+$',
        default: 'BEGIN',
        description: 'What `{mark}` is in the first marker line.',
      },
      marker_end: {
        type: 'string',
        pattern: '^[^\\r\\n\\0]+$',
        default: 'END',
        description: 'What `{mark}` is in the last marker line.',
      },
      state: {
        enum: ['present', 'absent'],
        default: 'present',
        description: 'absent: the block is removed.',
      },
      insertafter: {
        type: 'string',
        minLength: 1,
        examples: ['EOF', '^\\[mysqld\\]'],
        description:
          'Where a new block goes: after the last line in which this expression is found; `EOF` (the default), the end.',
      },
      insertbefore: {
        type: 'string',
        minLength: 1,
        examples: ['BOF', '^exit 0'],
        description:
          'Where a new block goes: before the last line in which this expression is found; `BOF`, the beginning.',
      },
    },
    required: ['path'],
    additionalProperties: false,
  },
  fields: FIELDS,

  desire(params): Editing | Refusal {
    const placing = placingOf(params);
    if (isRefusal(placing)) return placing;
    const place = readPlace(params.insertafter, params.insertbefore);
    if (isRefusal(place)) return place;
    const { marker, marker_begin: first, marker_end: last, block, state, create } = params;
    const [begin, end] = [first, last].map((mark) => marker.replaceAll('{mark}', () => mark)) as [
      string,
      string,
    ];
    if (begin === end)
      return refuse('both marker lines would be the same', 'marker_begin and marker_end must differ');
    const { lines } = splitLines(block.replaceAll('\r\n', '\n'));
    if (block.includes('\0')) return refuse('block holds a NUL character');
    if (lines.includes(begin) || lines.includes(end)) {
      return refuse('block holds one of its own marker lines', 'give another `marker`');
    }
    const gone = state === 'absent' || lines.length === 0;
    const wanted = { path: placing.dest, begin, end, block: gone ? null : lines, place };
    const absent = gone ? 'leave' : create ? 'make' : 'refuse';
    return { ...placing, absent, edit: (now) => withBlock(now, wanted) };
  },
  ...editing,
});

function withBlock(now: string, wanted: Wanted): string | Refusal {
  const text = splitLines(now);
  const place = blockIn(text, wanted);
  if (isRefusal(place)) return place;
  const { begin, end, block } = wanted;
  const lines = block === null ? [] : [begin, ...block, end];
  if (place !== null) {
    const kept = [...text.lines.slice(0, place.from), ...lines, ...text.lines.slice(place.to)];
    return joinLines({
      ...text,
      lines: kept,
      ended: text.ended || (block === null && place.to === text.lines.length),
    });
  }
  if (block === null) return now;
  const at = indexOf(wanted.place, bare(text.lines), false);
  return typeof at === 'number' ? joinLines(insertLines(text, at, lines)) : at;
}

/** The lines that the block takes now, its markers among them: from (inclusive) and to (exclusive). */
function blockIn(text: Lines, wanted: Wanted): { from: number; to: number } | null | Refusal {
  const lines = bare(text.lines);
  const { path, begin, end } = wanted;
  const [from, to] = [lines.indexOf(begin), lines.indexOf(end)];
  if (from < 0 && to < 0) return null;
  const hint = 'mend the file by hand, or give another `marker`';
  if (from < 0) return refuse(`${path} has the line ${JSON.stringify(end)} without its beginning`, hint);
  if (to < 0) return refuse(`${path} has the line ${JSON.stringify(begin)} without its end`, hint);
  if (to < from) return refuse(`${path} has the marker lines in the wrong order`, hint);
  if (lines.lastIndexOf(begin) > from || lines.lastIndexOf(end) > to) {
    return refuse(`${path} has the block more than once`, hint);
  }
  return { from, to: to + 1 };
}
