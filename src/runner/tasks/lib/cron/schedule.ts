import { type Refusal, refuse } from '../../../contract/task-type.ts';

/** When a job is due: the five fields of crontab(5), in their order, or a word. */
export interface Times {
  readonly minute?: string | number;
  readonly hour?: string | number;
  readonly day?: string | number;
  readonly month?: string | number;
  readonly weekday?: string | number;
  readonly special_time?: string;
}

interface Field {
  readonly name: Exclude<keyof Times, 'special_time'>;
  readonly from: number;
  readonly to: number;
  /** What stands for `from`, `from` + 1 … */
  readonly words: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59, words: [] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'weekday', from: 0, to: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
];

/** The beginning of a job's line. A crontab that cron cannot read is not run at all: what is wrong is refused. */
export function schedule(times: Times): string | Refusal {
  const given = FIELDS.filter(({ name }) => times[name] !== undefined);
  if (times.special_time !== undefined) {
    return given.length === 0
      ? `@${times.special_time}`
      : refuse(`special_time and ${given[0]!.name} exclude each other`, 'give one of them');
  }
  const texts: string[] = [];
  for (const field of FIELDS) {
    const text = String(times[field.name] ?? '*').replaceAll(' ', '');
    const wrong = text.split(',').find((part) => !isPart(part, field));
    if (wrong !== undefined) return refuse(...wrongField(field, wrong, text));
    texts.push(text);
  }
  return texts.join(' ');
}

/** `*`, `n`, `n-m`; a step behind the first and the last. */
function isPart(part: string, field: Field): boolean {
  const [, all, low = '', high, step] = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part) ?? [];
  if (step !== undefined && (Number(step) < 1 || (all === undefined && high === undefined))) return false;
  if (all !== undefined) return true;
  const from = numberOf(low, field);
  const to = high === undefined ? from : numberOf(high, field);
  return from !== null && to !== null && from <= to;
}

function numberOf(text: string, { from, to, words }: Field): number | null {
  const word = words.indexOf(text.toLowerCase());
  if (word >= 0) return from + word;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= from && number <= to ? number : null;
}

function wrongField({ name, from, to, words }: Field, part: string, text: string): [string, string] {
  const where = part === text ? '' : ` in ${JSON.stringify(text)}`;
  const named = words.length > 0 ? `, ${words[0]} to ${words.at(-1)}` : '';
  return [
    `${name}: cron does not understand ${JSON.stringify(part)}${where}`,
    `${from} to ${to}${named}, with ranges a-b, lists a,b and steps */n`,
  ];
}
