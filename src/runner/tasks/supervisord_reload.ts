import type { Change, Delta } from '../contract/delta.ts';
import { type Reply, text } from '../contract/exchange.ts';
import type { JsonObject } from '../contract/json.ts';
import { lines, type Script, sh } from '../contract/script.ts';
import { MOVED, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { awaitRunning, TOO_SLOW } from './lib/supervisor-await.ts';
import { type Asked, inWorld, type Known, started, strangers, unanswered } from './lib/supervisor-decide.ts';
import { type Answer, ASK, ctlFunction, groupOf, readAnswer, readStatus } from './lib/supervisorctl.ts';

interface Desired extends Asked {
  readonly wait: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly conf: string | undefined;
}

/** `supervisorctl update` did not do it. */
const NOT_UPDATED = 81;

const NAMES = {
  type: 'array',
  items: { type: 'string', pattern: '^[^\\s:*]+(:[^\\s:*]+|:\\*)?$' },
  default: [],
} as const;

/** Brings supervisord to what its files say, and programs up. */
export default stateTask({
  name: 'supervisord_reload',
  schema: {
    type: 'object',
    description:
      'Brings supervisord to what its files say: adds, changes and removes exactly the programs that differ.',
    additionalProperties: false,
    properties: {
      programs: {
        ...NAMES,
        description: 'Programs that must run afterwards: `name`, `group:name`, or a group for all of it.',
        examples: [['redis', 'workers:*']],
      },
      restarted: {
        ...NAMES,
        description:
          'Programs to restart in any case, for what supervisord cannot see (an env file). One that is added or changed anyway is not restarted again.',
      },
      only: {
        ...NAMES,
        description:
          'Add, change and remove these groups only; a program without a group is a group of its own.',
      },
      wait: {
        type: 'boolean',
        default: true,
        description:
          'Wait until the programs concerned are RUNNING, which they are when their startsecs have passed.',
      },
      wait_timeout: {
        type: 'integer',
        minimum: 1,
        default: 60,
        description: 'Seconds that the wait may take.',
      },
      conf: {
        type: 'string',
        pattern: '^/',
        description: "supervisord's main configuration file; as supervisorctl finds it unless given.",
      },
    },
  } as const,
  fields: {
    added: { type: 'array', items: { type: 'string' }, description: 'Groups that were added.' },
    updated: {
      type: 'array',
      items: { type: 'string' },
      description: 'Groups that were changed, and so restarted.',
    },
    removed: {
      type: 'array',
      items: { type: 'string' },
      description: 'Groups that were stopped and removed.',
    },
    states: { type: 'object', description: 'The state of every process, by name.' },
  },

  desire: ({ programs, restarted, only, wait, wait_timeout, conf }): Desired => ({
    programs,
    restarted,
    only,
    wait,
    timeout: wait_timeout,
    conf,
  }),

  probe: (desired) => lines(ctlFunction(desired.conf), ASK),
  read: (reply): Answer => readAnswer(reply),

  decide(current, desired, world) {
    if (current.kind !== 'answer') return unanswered(current, world);
    const known = inWorld(current, desired, world);
    const stranger = strangers(known, desired);
    if (stranger) return stranger;
    const within = (groups: readonly string[]) =>
      desired.only.length === 0 ? groups : groups.filter((group) => desired.only.includes(group));
    const delta: Record<string, Change> = {};
    const note = (field: string, names: readonly string[]) => {
      if (names.length > 0) delta[field] = { from: null, to: names };
    };
    note('added', within(known.added));
    note('changed', within(known.changed));
    note('removed', within(known.removed));
    const renewed = [...within(known.added), ...within(known.changed)];
    note(
      'restarted',
      desired.restarted.filter((name) => !renewed.includes(groupOf(name))),
    );
    Object.assign(delta, started(known, desired, [...renewed, ...desired.restarted.map(groupOf)]));
    return Object.keys(delta).length > 0 ? delta : null;
  },

  apply(delta, desired, current) {
    const { reread } = current as Known;
    const updates = ['added', 'changed', 'removed'].some((field) => field in delta);
    const restarted = names(delta, 'restarted');
    const affected = [...names(delta, 'added'), ...names(delta, 'changed')];
    const wanted = [...new Set([...desired.programs, ...restarted])];
    return lines(
      ctlFunction(desired.conf),
      // What is done is what was shown, or nothing.
      sh`[ "$(ctl reread)" = ${reread} ] || exit ${MOVED}`,
      updates && sh`said=$(ctl update ${desired.only}) || { printf '%s\n' "$said"; exit ${NOT_UPDATED}; }`,
      restarted.length > 0 && sh`ctl restart ${all(restarted)} >/dev/null`,
      desired.programs.length > 0 && startStopped(desired.programs),
      desired.wait && awaitRunning(wanted, affected, desired.timeout),
      sh`ctl status; :`,
    );
  },

  explain,
  looksAt: () => ['program:', 'package:', 'tree:/etc/supervisor'],
  // Programs may be containers.
  mayAlter: () => ['program:', 'container:'],

  result(_desired, current, delta, reply) {
    const processes = reply ? readStatus(text(reply.out)) : (current as Known).processes;
    return {
      added: names(delta, 'added'),
      updated: names(delta, 'changed'),
      removed: names(delta, 'removed'),
      states: Object.fromEntries(processes.map(({ name, state }) => [name, state])),
    } satisfies JsonObject;
  },
});

/** `start` is silent about what runs already but for a message, and does no harm to it. */
function startStopped(programs: readonly string[]): Script {
  return sh`ctl start ${all(programs)} >/dev/null`;
}

/** A program without a group is a group of its own name, so that `name:*` fits both. */
function all(names: readonly string[]): string[] {
  return names.map((name) => (name.includes(':') ? name : `${name}:*`));
}

function names(delta: Delta | null, field: string): string[] {
  const to = delta?.[field]?.to;
  return Array.isArray(to) ? to.map(String) : [];
}

function explain(reply: Reply, desired: Desired): Refusal {
  const said = text(reply.out);
  if (reply.code === NOT_UPDATED) return refuse(`supervisorctl update: ${said.trim()}`);
  const parts = said.split('\0').slice(1);
  if (parts.length === 0) return refuse(said.trim() || text(reply.err).trim() || `exit ${reply.code}`);
  const reports: string[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) reports.push(report(parts[i]!, parts[i + 1]!));
  const head = reply.code === TOO_SLOW ? `not RUNNING after ${desired.timeout} s: ` : '';
  return refuse(head + reports.join('\n'));
}

/** A program's state and the last lines of its logs. */
function report(status: string, logs: string): string {
  const [process] = readStatus(status);
  const state = process ? `${process.name} is ${process.state} (${process.about})` : status;
  const lines = logs
    .split('\n')
    .filter((line) => line.trim() !== '' && !/: ERROR \(no log file\)$/.test(line));
  return [state, ...lines.slice(-10).map((line) => `  ${line}`)].join('\n');
}
