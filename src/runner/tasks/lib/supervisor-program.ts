import type { Infer } from '../../contract/schema.ts';
import { quote } from '../../contract/script.ts';
import { isRefusal, type Refusal, refuse } from '../../contract/task-type.ts';
import type { Options } from './supervisor-ini.ts';
import { EXPANDED, encode, encodeEnvironment, LITERAL, LOG_FILE } from './supervisor-value.ts';

const flag = (description: string) => ({ type: 'boolean', description }) as const;
const count = (description: string) => ({ type: 'integer', minimum: 0, description }) as const;
const size = (description: string) =>
  ({ type: ['string', 'integer'], pattern: '^[0-9]+([KMG]B)?$', description }) as const;

/** The options of a program, under supervisord's own names. What is not given is left to supervisord. */
export const PROGRAM_PARAMETERS = {
  command: {
    type: ['string', 'array'],
    items: { type: 'string' },
    description:
      'What to run: a line that supervisord splits as a shell would (without running a shell), or a list of words that are taken literally.',
    examples: ['/usr/local/lib/mama-play/run-redis', ['sh', '-c', 'exec redis-server --port "$PORT"']],
  },
  directory: { type: 'string', description: 'The directory that it runs in.' },
  user: { type: 'string', description: 'The user that it runs as; supervisord must be root for that.' },
  environment: {
    type: 'object',
    additionalProperties: { type: ['string', 'number', 'boolean'] },
    description: 'Environment variables, added to those of supervisord. Values are taken literally.',
  },
  umask: { type: 'string', pattern: '^[0-7]{3,4}$', description: 'Its umask, as quoted octal digits.' },
  priority: {
    type: 'integer',
    description: 'Lower starts first and stops last (999). Nothing is waited for.',
  },
  autostart: flag('Start it when supervisord learns of it (true).'),
  autorestart: {
    enum: [true, false, 'unexpected'],
    description:
      'Start it again when it ends: always, never, or only after an exit code that is not among `exitcodes` (unexpected).',
  },
  startsecs: count('Seconds that it must stay up to count as running (1).'),
  startretries: count('Failed starts in a row after which it is given up as FATAL (3).'),
  exitcodes: {
    type: 'array',
    items: { type: 'integer', minimum: 0, maximum: 255 },
    minItems: 1,
    description: 'Exit codes that count as expected (0).',
  },
  stopsignal: {
    enum: ['TERM', 'HUP', 'INT', 'QUIT', 'KILL', 'USR1', 'USR2'],
    description: 'The signal that asks it to end (TERM).',
  },
  stopwaitsecs: count('Seconds until it is killed after that (10).'),
  stopasgroup: flag('Send the stop signal to its whole process group (false).'),
  killasgroup: flag('Kill its whole process group (as `stopasgroup`).'),
  redirect_stderr: flag('Write its stderr to the log of its stdout (false).'),
  stdout_logfile: { type: 'string', description: 'Log of its stdout: a path, AUTO (the default) or NONE.' },
  stdout_logfile_maxbytes: size('Size at which that log is rotated (50MB); 0: never.'),
  stdout_logfile_backups: count('Rotated logs that are kept (10).'),
  stderr_logfile: { type: 'string', description: 'Log of its stderr: a path, AUTO (the default) or NONE.' },
  stderr_logfile_maxbytes: size('Size at which that log is rotated (50MB); 0: never.'),
  stderr_logfile_backups: count('Rotated logs that are kept (10).'),
  numprocs: { type: 'integer', minimum: 1, description: 'How many processes are run (1).' },
  numprocs_start: count('Number of the first of them (0).'),
  process_name: {
    type: 'string',
    description: 'Name of each process; must hold %(process_num) with `numprocs` above 1.',
    examples: ['%(program_name)s_%(process_num)02d'],
  },
} as const;

export type ProgramParameters = Infer<{ type: 'object'; properties: typeof PROGRAM_PARAMETERS }>;

/** How the values of options are said that hold more than one plain word. */
const ENCODINGS: { readonly [name: string]: typeof EXPANDED } = {
  directory: EXPANDED,
  process_name: EXPANDED,
  user: LITERAL,
  stdout_logfile: LOG_FILE,
  stderr_logfile: LOG_FILE,
};

/** The options of its section, encoded; or why supervisord could not hold or would not accept them. */
export function programOptions(params: ProgramParameters): Options | Refusal {
  const trouble = unfit(params);
  if (trouble) return trouble;
  const said = encodeEnvironment(texts(params.environment ?? {}));
  if (isRefusal(said)) return said;
  const options: Record<string, string> = { command: commandLine(params.command ?? '') };
  for (const name of Object.keys(PROGRAM_PARAMETERS) as (keyof ProgramParameters)[]) {
    const value = params[name];
    if (name === 'command' || value === undefined) continue;
    if (name === 'environment') {
      if (said !== '') options[name] = said;
    } else options[name] = encode(String(value), ENCODINGS[name] ?? LITERAL);
  }
  return options;
}

function commandLine(command: string | readonly string[]): string {
  return typeof command === 'string'
    ? encode(command, EXPANDED)
    : encode(command.map(quote).join(' '), LITERAL);
}

function unfit(params: ProgramParameters): Refusal | null {
  const { command, numprocs, process_name, stopasgroup, killasgroup } = params;
  if (command === undefined || command.length === 0) return refuse('a program needs a command');
  const words = Object.values({ ...params, ...params.environment, command: [command].flat().join() });
  if (words.some((word) => /[\0\r]/.test(String(word)))) {
    return refuse('a value holds a carriage return or a NUL character, which supervisord cannot read');
  }
  if ((numprocs ?? 1) > 1 && !process_name?.includes('%(process_num)')) {
    const hint = 'For example process_name: "%(program_name)s_%(process_num)02d".';
    return refuse('numprocs above 1 needs a process_name with %(process_num)', hint);
  }
  if (stopasgroup && killasgroup === false) {
    return refuse('supervisord refuses stopasgroup: true with killasgroup: false');
  }
  return null;
}

function texts(map: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, String(value)]));
}
