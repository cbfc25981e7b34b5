import type { Change, Delta } from '../../../../contract/delta.ts';
import type { Json } from '../../../../contract/json.ts';
import { type Refusal, refuse, type Unknown, type World } from '../../../../contract/task-type.ts';
import { type Changes, change, merged } from '../changes.ts';
import { shortId } from '../reference.ts';
import { foreseen, foreseenVariables, missingFile } from './files.ts';
import { noHealthCheck, prerequisites, unsureFile } from './prerequisites.ts';
import { reasons, running } from './reasons.ts';
import type { Current, Desired } from './state.ts';
import { knownProgram, startedByProgram } from './supervised.ts';
import { PROGRAM_LABEL, type Wrapped, wrapperFiles, written } from './wrapper.ts';

/** What a delta comes to. */
export type Kind = 'create' | 'recreate' | 'change' | 'remove' | 'supervise';

type Decision = Changes | null | Refusal | Unknown;

/** Fields that docker can change without a new container, to such values. */
const IN_PLACE: Readonly<Record<string, (to: Json) => boolean>> = {
  memory: (to) => Number(to) > 0,
  cpus: (to) => Number(to) > 0,
  restart: () => true,
};

/** Fields that a start, stop or restart settles. */
const BY_RUNNING = new Set(['state', 'network_namespace', 'health_status']);

export function decide(current: Current, desired: Desired, world: World): Decision {
  if (desired.params.state === 'absent') return removal(current, desired);
  const lacking = missingFile(desired.watched, current.contents, world);
  if (lacking) return lacking;
  const fileVariables = foreseenVariables(current.fileVariables, desired.watched, world);
  if (!fileVariables) return unsureFile(desired, world);
  const then = { ...current, contents: foreseen(current.contents, world), fileVariables };
  return desired.supervised ? supervision(then, desired, world) : engineRun(then, desired, world);
}

export function kindOf(delta: Delta, current: Current, desired: Desired): Kind {
  if (desired.params.state === 'absent') return 'remove';
  if (desired.supervised) return 'supervise';
  if (!current.container || isLeftover(current, desired)) return 'create';
  return Object.entries(delta).some(isLasting) ? 'recreate' : 'change';
}

/** Only a new container can bring it about. */
function isLasting([field, { to }]: [string, Change]): boolean {
  return !BY_RUNNING.has(field) && !IN_PLACE[field]?.(to);
}

function orNull(changes: Changes): Changes | null {
  return Object.keys(changes).length > 0 ? changes : null;
}

function removal({ container, wrapped }: Current, { supervised }: Desired): Changes | null {
  return orNull(
    merged(
      container ? change('state', container.State.Status, 'absent') : {},
      supervised && wrapped?.script ? change('wrapper', 'present', 'absent') : {},
    ),
  );
}

function engineRun(current: Current, desired: Desired, world: World): Decision {
  const { container } = current;
  const { params, name } = desired;
  const program = container?.Config.Labels?.[PROGRAM_LABEL];
  if (program) {
    return refuse(
      `container ${name} is run by supervisord's program ${program}`,
      'remove the program first, or say managed_by: supervisord',
    );
  }
  if (!container || isLeftover(current, desired)) {
    return prerequisites(current, desired, world) ?? creation(current, desired);
  }
  const found = reasons(current, desired, world);
  const lasting = Object.entries(found).filter(isLasting);
  if (params.recreate === 'always' || lasting.length > 0) {
    if (params.recreate === 'never') {
      return refuse(
        `container ${name} differs in ${lasting.map(([field]) => field).join(', ')}, and recreate is never`,
        'run with --check --diff to see how; recreate: auto makes a new one',
      );
    }
    const changes = lasting.length > 0 ? found : change('recreate', null, 'always');
    return prerequisites(current, desired, world) ?? changes;
  }
  const changes = merged(found, running(current, desired, world));
  return noHealthCheck(current, desired) ?? unsureFile(desired, world) ?? orNull(changes);
}

/** Only made, or half removed: what a failed run has left behind. */
function isLeftover({ container }: Current, { params }: Desired): boolean {
  const status = container?.State.Status;
  return status === 'dead' || status === 'removing' || (status === 'created' && params.state === 'started');
}

function creation({ container, image }: Current, { params, image: name }: Desired): Changes {
  return merged(
    change('state', container?.State.Status ?? 'absent', params.state),
    change('image', null, image ? `${name} (${shortId(image.Id)})` : name),
  );
}

function supervision(current: Current, desired: Desired, world: World): Decision {
  const lacking = prerequisites(current, desired, world);
  if (lacking) return lacking;
  const changes = merged(
    wrapperChange(current.wrapped, desired, current),
    desired.params.state === 'stopped' ? stopping(current) : programChanges(current, desired, world),
  );
  return (Object.keys(changes).length === 0 ? unsureFile(desired, world) : null) ?? orNull(changes);
}

function stopping({ container, wrapped }: Current): Changes {
  const runs = container?.State.Running || isActive(wrapped);
  return runs ? change('state', 'started', 'stopped') : {};
}

/** What a restart of the program brings in order. One that supervisord doesn't know yet is declared by later tasks. */
function programChanges(current: Current, desired: Desired, world: World): Changes {
  if (!knownProgram(desired, current)) return {};
  if (!current.container?.State.Running) {
    const status = current.wrapped?.status ?? 'stopped';
    return desired.params.state === 'present' ? {} : change('state', status.toLowerCase(), 'started');
  }
  if (!startedByProgram(desired, current)) return change('managed_by', 'engine', 'supervisord');
  const found = reasons(current, desired, world);
  return Object.keys(found).length > 0 ? found : running(current, desired, world);
}

function isActive(wrapped: Wrapped | null): boolean {
  return ['STARTING', 'RUNNING', 'BACKOFF'].includes(wrapped?.status ?? '');
}

function wrapperChange(wrapped: Wrapped | null, desired: Desired, current: Current): Changes {
  const to = written(wrapperFiles(desired, current));
  if (wrapped?.script === to.script && wrapped.variables === to.variables) return {};
  return change('wrapper', wrapped?.script == null ? null : 'older', desired.supervised!.path);
}
