import type { Reply } from '../contract/exchange.ts';
import { type Area, isRefusal, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { ACCOUNT_NAME } from './lib/accounts/names.ts';
import {
  applyCrontab,
  type Crontab,
  type CrontabNow,
  decideCrontab,
  explainCrontab,
  predictCrontab,
  probeCrontab,
  readCrontab,
  tableAreas,
} from './lib/cron/crontab.ts';
import { schedule, type Times } from './lib/cron/schedule.ts';
import { type Item, withItem } from './lib/cron/table.ts';
import { type Editing, editing } from './lib/edit/edited.ts';
import type { PathFacts } from './lib/files/facts.ts';
import { tidy } from './lib/files/paths.ts';

type Place = Crontab | (Editing & { readonly kind?: undefined });

const FIELD = { type: ['string', 'integer'], minimum: 0 } as const;

export default stateTask({
  name: 'cron',
  schema: {
    type: 'object',
    description: 'Keeps a job, or a variable, in a crontab of the host.',
    properties: {
      name: {
        type: 'string',
        pattern: '^[^\\s\\0](?:[^\\r\\n\\0]*[^\\s\\0])?$',
        description: 'What the job is known by in its crontab; with `env`, the name of the variable.',
      },
      job: {
        type: 'string',
        aliases: ['value'],
        description: 'The command; with `env`, the value of the variable. Needed for `state: present`.',
      },
      minute: { ...FIELD, examples: [0, '*/5'], description: 'Minute: 0 to 59; every one unless given.' },
      hour: { ...FIELD, examples: [2, '8-18'], description: 'Hour: 0 to 23; every one unless given.' },
      day: { ...FIELD, aliases: ['dom'], description: 'Day of the month: 1 to 31; every one unless given.' },
      month: { ...FIELD, description: 'Month: 1 to 12, or jan to dec; every one unless given.' },
      weekday: {
        ...FIELD,
        aliases: ['dow'],
        examples: ['1-5', 'sun'],
        description: 'Day of the week: 0 to 7 (0 and 7 are Sunday), or sun to sat; every one unless given.',
      },
      special_time: {
        enum: ['reboot', 'hourly', 'daily', 'weekly', 'monthly', 'annually', 'yearly'],
        description: 'A word instead of the five fields.',
      },
      user: {
        type: 'string',
        pattern: ACCOUNT_NAME,
        description:
          'Whose crontab it is, that of the user who runs the task unless given; with `cron_file`, who runs the job.',
      },
      cron_file: {
        type: 'string',
        pattern: '^(/(?!(?:[\\s\\S]*/)?\\.\\.(?:/|$))[^\\0]*|[A-Za-z0-9_-]+)$',
        examples: ['backup'],
        description: 'Write to this file of /etc/cron.d, or to the one at this absolute path, instead.',
      },
      env: { type: 'boolean', default: false, description: 'It is a variable, for the jobs below it.' },
      disabled: { type: 'boolean', default: false, description: 'Keep the job, commented out.' },
      state: { enum: ['present', 'absent'], default: 'present', description: 'absent: it is removed.' },
    },
    required: ['name'],
    additionalProperties: false,
  },
  fields: { path: { type: 'string', description: 'The file; only with `cron_file`.' } },

  desire(params): Place | Refusal {
    const { name, env, state, cron_file: file, user } = params;
    const line = state === 'absent' ? null : env ? variableLine(params) : jobLine(params);
    if (isRefusal(line)) return line;
    if (env && !/^[A-Za-z_]\w*$/.test(name))
      return refuse(`name: ${JSON.stringify(name)} is no name of a variable`);
    const item: Item = { kind: env ? 'variable' : 'job', name, line };
    const edit = (now: string) => withItem(now, item);
    if (file === undefined) return { kind: 'crontab', user: user ?? null, edit };
    return {
      dest: file.startsWith('/') ? tidy(file) : `/etc/cron.d/${file}`,
      into: undefined,
      follow: true,
      force: true,
      // A table that others may write to is passed over by cron.
      declared: line === null ? {} : { mode: 'go-w' },
      validate: null,
      backup: false,
      absent: line === null ? 'leave' : 'make',
      edit,
    };
  },

  probe: (desired) => (desired.kind ? probeCrontab(desired) : editing.probe(desired)),
  read: (reply, desired): CrontabNow | PathFacts | Refusal =>
    desired.kind ? readCrontab(reply, desired) : editing.read(reply, desired),
  decide: (current, desired, world) =>
    desired.kind
      ? decideCrontab(current as CrontabNow, desired, world)
      : editing.decide(current as PathFacts, desired, world),
  apply: (delta, desired, current) =>
    desired.kind
      ? applyCrontab(delta, desired, current as CrontabNow)
      : editing.apply(delta, desired, current as PathFacts),
  explain: (reply: Reply, desired) =>
    desired.kind ? explainCrontab(reply) : editing.explain(reply, desired),
  result: (desired, current, delta, reply) =>
    desired.kind ? {} : editing.result(desired, current as PathFacts, delta, reply),
  predict: (delta, desired, current, world) =>
    desired.kind
      ? predictCrontab(delta, current as CrontabNow)
      : editing.predict(delta, desired, current as PathFacts, world),
  looksAt: (desired, current): readonly Area[] =>
    desired.kind ? tableAreas(current as CrontabNow) : editing.looksAt(desired, current as PathFacts),
  mayAlter(desired, current): readonly Area[] {
    if (desired === null) return ['crontab:', SPOOL, ...editing.mayAlter(null)];
    if (desired.kind) return [`crontab:${desired.user ?? ''}`, SPOOL];
    return editing.mayAlter(desired, current as PathFacts | undefined);
  },
  touches: (desired, current) => (desired.kind ? null : editing.touches(desired, current as PathFacts)),
});

/** Where hosts keep users' crontabs. */
const SPOOL: Area = 'path:/var/spool/cron';

interface Params extends Times {
  readonly name: string;
  readonly job?: string;
  readonly user?: string;
  readonly cron_file?: string;
  readonly disabled: boolean;
}

function jobLine(params: Params): string | Refusal {
  const { job, user, cron_file: file, disabled } = params;
  if (job === undefined || job.trim() === '') return refuse('job is missing', '`state: present` needs it');
  if (/[\r\n\0]/.test(job))
    return refuse('job holds more than one line', 'put a script on the host, and let the job run it');
  if (file !== undefined && user === undefined) {
    return refuse('cron_file needs a user', 'the line of such a file names who runs the job');
  }
  const times = schedule(params);
  if (isRefusal(times)) return times;
  return `${disabled ? '#' : ''}${times} ${file === undefined ? '' : `${user} `}${job}`;
}

/** cron takes blanks at the edges only from within quotes, and knows no escapes there (crontab(5)). */
function variableLine(params: Params): string | Refusal {
  const { name, job, disabled, special_time, minute, hour, day, month, weekday } = params;
  if (job === undefined) return refuse('value is missing', '`state: present` needs it');
  if (disabled || [special_time, minute, hour, day, month, weekday].some((one) => one !== undefined)) {
    return refuse(
      'a variable has no time and is not disabled',
      'leave out all but name, value, user and cron_file',
    );
  }
  if (/[\r\n\0]/.test(job)) return refuse('value holds more than one line');
  const quotes = ['"', "'"].find((quote) => !job.includes(quote));
  return quotes === undefined
    ? refuse(
        'value holds both kinds of quotes, which a crontab cannot say',
        'set it in a script that the job runs',
      )
    : `${name}=${quotes}${job}${quotes}`;
}
