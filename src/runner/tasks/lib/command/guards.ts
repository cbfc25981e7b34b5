import type { Reply } from '../../../contract/exchange.ts';
import { isObject } from '../../../contract/json.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Area, EVERYTHING, type Refusal, refuse, type World } from '../../../contract/task-type.ts';

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

/** What announces the directory that a path of a guard is in, without links on the way. */
const WHERE = ['in-creates', 'in-removes'] as const;

/** The directory of a path, up to where a pattern begins. */
function fixedDirectory(path: string): string {
  const fixed = path.replace(/[*?[].*$/s, '');
  return fixed.slice(0, fixed.lastIndexOf('/') + 1) || '.';
}

/** Asks the guards in their order until one has made the command needless; null where there are none. */
export function askGuards(guards: Guards): { readonly script: Script; readonly users: boolean } | null {
  const { chdir, creates, removes, unless, onlyif } = guards;
  if ([creates, removes, unless, onlyif].every((guard) => guard === undefined)) return null;
  const script = lines(
    chdir !== undefined && sh`cd -- ${chdir} 2>/dev/null || { echo nowhere; exit 0; }`,
    // Behind a link that leads to no directory: a question mark.
    sh`where() { ( cd -P -- "$2" 2>/dev/null && printf '%s %s\n' "$1" "$PWD" ) && return
a=\${2%/}; until [ -z "$a" ] || [ -e "$a" ] || [ -L "$a" ]; do case $a in */*) a=\${a%/*} ;; *) a= ;; esac; done
[ -L "$a" ] && printf '%s ?\n' "$1"; :; }`,
    ...[creates, removes].map(
      (path, i) => path !== undefined && sh`where ${WHERE[i]!} ${fixedDirectory(path)}`,
    ),
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
  const said = Buffer.from(reply.out).toString('utf8').trim().split('\n').at(-1) ?? '';
  if (said === 'nowhere') {
    return predictedKind(chdir, chdir, world) === 'directory' ? null : nowhere(chdir ?? '');
  }
  const made = predictedKind(creates, placeOf(creates, reply, 0), world);
  const left = predictedKind(removes, placeOf(removes, reply, 1), world);
  if (made !== undefined && made !== 'absent') return { because: `${creates} would exist` };
  if (left === 'absent') return { because: `${removes} would not exist` };
  switch (said) {
    case 'needed':
      return null;
    case 'creates':
      return made === 'absent' ? null : { because: `${creates} exists` };
    case 'removes':
      return left !== undefined ? null : { because: `${removes} does not exist` };
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

/** What the answer of the guards hangs on: the user's own code may look at anything. */
export function guardsLookAt(guards: Guards, reply: Reply): readonly Area[] {
  const { chdir, creates, removes, unless, onlyif } = guards;
  if ((unless ?? onlyif) !== undefined) return EVERYTHING;
  const paths = [creates, removes].map((path, i) => {
    if (path === undefined) return [];
    const place = placeOf(path, reply, i);
    if (place === null) return ['path:'];
    return [isPattern(path) ? `tree:${place.slice(0, place.lastIndexOf('/'))}` : `path:${place}`];
  });
  return [...paths.flat(), 'link:', ...(chdir === undefined ? [] : [`path:${chdir}`])];
}

/** The path of a guard without links on the way; null: where that would be is not known. */
function placeOf(path: string | undefined, reply: Reply, which: number): string | null {
  if (path === undefined) return null;
  const said = Buffer.from(reply.out).toString('utf8').split('\n');
  const word = `${WHERE[which]} `;
  const directory = said.find((line) => line.startsWith(word))?.slice(word.length);
  const fixed = fixedDirectory(path);
  if (directory === '?') return null;
  if (directory !== undefined)
    return `${directory === '/' ? '' : directory}/${path.slice(fixed === '.' ? 0 : fixed.length)}`;
  return path.startsWith('/') && !isPattern(path) ? path : null;
}

function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/** As the path is written, and where it is. */
function predictedKind(
  path: string | undefined,
  place: string | null | undefined,
  world: World,
): string | undefined {
  for (const at of [place, path]) {
    const predicted = at == null ? undefined : world.predicted(`path:${at}`);
    const kind = isObject(predicted) ? predicted['kind'] : undefined;
    if (typeof kind === 'string') return kind;
  }
  return undefined;
}
