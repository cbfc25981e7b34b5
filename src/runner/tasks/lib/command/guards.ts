import type { Reply } from '../../../contract/exchange.ts';
import { isObject } from '../../../contract/json.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse, type World } from '../../../contract/task-type.ts';

/** What can make a command needless; undefined = not asked for. */
export interface Guards {
  readonly chdir?: string | undefined;
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
  readonly unless?: string | undefined;
  readonly onlyif?: string | undefined;
}

export const TEXT = '^[^\\0]*$';

export const GUARD_PARAMETERS = {
  chdir: {
    type: 'string',
    minLength: 1,
    pattern: TEXT,
    description: "The directory on the host to run in; unless given, the login's.",
  },
  creates: {
    type: 'string',
    minLength: 1,
    pattern: TEXT,
    description: 'Needless if this path, or anything that this pattern matches, exists on the host.',
  },
  removes: {
    type: 'string',
    minLength: 1,
    pattern: TEXT,
    description: 'Needless unless this path, or anything that this pattern matches, exists on the host.',
  },
  unless: {
    type: 'string',
    minLength: 1,
    pattern: TEXT,
    description: 'Needless if this shell command exits 0. It must only read: dry runs ask it too.',
  },
  onlyif: {
    type: 'string',
    minLength: 1,
    pattern: TEXT,
    description: 'Needless unless this shell command exits 0. It must only read: dry runs ask it too.',
  },
} as const;

/** Asks the guards in their order until one has made the command needless; null where there are none. */
export function askGuards(guards: Guards): { readonly script: Script; readonly users: boolean } | null {
  const { chdir, creates, removes, unless, onlyif } = guards;
  if ([creates, removes, unless, onlyif].every((guard) => guard === undefined)) return null;
  const script = lines(
    chdir !== undefined && sh`cd -- ${chdir} 2>/dev/null || { echo nowhere; exit 0; }`,
    // A pattern that matches nothing stays as it is, so that a path that looks like one is found as well.
    sh`there() { IFS=; for f in $1; do if [ -e "$f" ] || [ -L "$f" ]; then return 0; fi; done; return 1; }`,
    creates !== undefined && sh`if there ${creates}; then echo creates; exit 0; fi`,
    removes !== undefined && sh`there ${removes} || { echo removes; exit 0; }`,
    unless !== undefined &&
      sh`if ( eval ${unless} ) </dev/null >/dev/null 2>&1; then echo unless; exit 0; fi`,
    onlyif !== undefined && sh`( eval ${onlyif} ) </dev/null >/dev/null 2>&1 || { echo onlyif; exit 0; }`,
    sh`echo needed`,
  );
  return { script, users: unless !== undefined || onlyif !== undefined };
}

/** Why the command is needless, or null where it is needed. */
export function readGuards(
  reply: Reply,
  guards: Guards,
  world: World,
): { readonly because: string } | Refusal | null {
  const { chdir, creates, removes } = guards;
  const said = Buffer.from(reply.out).toString('utf8').trim();
  const kind = (path: string | undefined) => predictedKind(path, world);
  if (said === 'nowhere') return kind(chdir) === 'directory' ? null : nowhere(chdir ?? '');
  if (kind(creates) !== undefined && kind(creates) !== 'absent') return { because: `${creates} would exist` };
  if (kind(removes) === 'absent') return { because: `${removes} would not exist` };
  switch (said) {
    case 'needed':
      return null;
    case 'creates':
      return kind(creates) === 'absent' ? null : { because: `${creates} exists` };
    case 'removes':
      return kind(removes) !== undefined ? null : { because: `${removes} does not exist` };
    case 'unless':
      return { because: `\`unless\` holds: ${guards.unless}` };
    case 'onlyif':
      return { because: `\`onlyif\` does not hold: ${guards.onlyif}` };
    default:
      return refuse('the guard gave no answer', 'a guard must not end the shell that asks it');
  }
}

export function nowhere(chdir: string): Refusal {
  return refuse(`the directory ${chdir} does not exist or may not be entered`, 'see `chdir`');
}

function predictedKind(path: string | undefined, world: World): string | undefined {
  const predicted = path === undefined ? undefined : world.predicted(`path:${path}`);
  const kind = isObject(predicted) ? predicted['kind'] : undefined;
  return typeof kind === 'string' ? kind : undefined;
}
