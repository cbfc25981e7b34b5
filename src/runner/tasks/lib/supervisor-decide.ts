import type { Delta } from '../../contract/delta.ts';
import { isObject } from '../../contract/json.ts';
import { type Refusal, refuse, type Unknown, type World } from '../../contract/task-type.ts';
import { didYouMean } from './suggest.ts';
import { type Answer, groupOf, means, type Process } from './supervisorctl.ts';

export type Known = Answer & { kind: 'answer' };

/** What a reload is asked for. */
export interface Asked {
  readonly programs: readonly string[];
  readonly restarted: readonly string[];
  readonly only: readonly string[];
}

export function unanswered(answer: Exclude<Answer, Known>, world: World): Refusal | Unknown {
  if (answer.kind === 'unreadable') {
    return refuse(`supervisord cannot read its files: ${answer.because}`, 'Nothing was started or stopped.');
  }
  if (world.predicted('program:*') !== undefined) return { unknown: 'supervisord cannot be asked yet' };
  if (answer.kind === 'missing') {
    return refuse('there is no supervisorctl on this host', 'Install it: `apt: supervisor`.');
  }
  const hint = /ermission denied/.test(answer.because)
    ? 'This user may not speak to it: set `become: true`.'
    : 'Start it first, or give `conf` if it has another configuration file.';
  return refuse(`supervisord does not answer: ${answer.because}`, hint);
}

/** In a dry run, program files that earlier tasks would have written count as written. */
export function inWorld(answer: Known, desired: Asked, world: World): Known {
  const altered = world.predicted('program:*');
  const names = [
    ...desired.programs,
    ...desired.restarted,
    ...(isObject(altered) && Array.isArray(altered['names']) ? altered['names'].map(String) : []),
  ];
  let known = answer;
  for (const name of new Set(names.map(groupOf))) {
    const predicted = world.predicted(`program:${name}`);
    if (predicted === undefined) continue;
    const runs = known.processes.some((process) => process.group === name);
    // Its file is taken into account with it.
    if (isObject(predicted)) world.predicted(`path:${predicted['path']}`);
    const absent = isObject(predicted) && predicted['state'] === 'absent';
    const without = (groups: readonly string[]) => groups.filter((group) => group !== name);
    const base = {
      ...known,
      added: without(known.added),
      changed: without(known.changed),
      removed: without(known.removed),
    };
    if (absent) known = runs ? { ...base, removed: [...base.removed, name] } : base;
    else
      known = runs
        ? { ...base, changed: [...base.changed, name] }
        : { ...base, added: [...base.added, name] };
  }
  return known;
}

/** Names that neither supervisord nor its files know, or that its files do not know any more. */
export function strangers(known: Known, { programs, restarted, only }: Asked): Refusal | null {
  const groups = new Set([...known.processes.map((process) => process.group), ...known.added]);
  const candidates = [...groups, ...known.processes.map((process) => process.name)];
  const fresh = (name: string) =>
    known.added.includes(groupOf(name)) || known.changed.includes(groupOf(name));
  for (const name of [...programs, ...restarted]) {
    if (known.removed.includes(groupOf(name))) {
      return refuse(
        `the program ${name} is no longer in supervisord's files`,
        'Declare it with supervisord_program.',
      );
    }
    if (!fresh(name) && !known.processes.some((process) => means(name, process)))
      return unknownName(name, candidates);
  }
  const odd = only.find((group) => !groups.has(group));
  return odd === undefined ? null : unknownName(odd, groups);
}

function unknownName(name: string, candidates: Iterable<string>): Refusal {
  return refuse(
    `supervisord knows no program ${JSON.stringify(name)}`,
    didYouMean(name, candidates) ?? 'Declare it with supervisord_program.',
  );
}

/** Programs that are to run, do not, and are not started anyway. */
export function started(known: Known, desired: Asked, anyway: readonly string[]): Delta {
  const idle = known.processes.filter(
    (process) =>
      process.state !== 'RUNNING' &&
      !anyway.includes(process.group) &&
      desired.programs.some((name) => means(name, process)),
  );
  if (idle.length === 0) return {};
  const states = (state: (process: Process) => string) =>
    Object.fromEntries(idle.map((process) => [process.name, state(process)]));
  return { started: { from: states((process) => process.state), to: states(() => 'RUNNING') } };
}
