import { type Reply, text } from '../../contract/exchange.ts';
import { type Script, sh } from '../../contract/script.ts';

export const NO_SUPERVISORCTL = 90;

/** The shell function `ctl`: supervisorctl with the right configuration and nothing on its stdin. */
export function ctlFunction(conf: string | undefined): Script {
  const words = conf === undefined ? [] : ['-c', conf];
  return sh`command -v supervisorctl >/dev/null 2>&1 || exit ${NO_SUPERVISORCTL}
ctl() { supervisorctl ${words} "$@" </dev/null 2>&1; }`;
}

/**
 * Asks for what a `supervisorctl update` would do and for the states of all processes. `reread` has the daemon parse
 * its files and compare; what runs, and as what, stays as it is.
 */
export const ASK: Script = sh`ctl reread; printf '\0%s\0' "$?"; ctl status`;

export interface Process {
  /** `name`, or `group:name` where the two differ. */
  readonly name: string;
  readonly group: string;
  readonly state: string;
  /** `pid 12, uptime 0:01:00`, or why it does not run. */
  readonly about: string;
}

export type Answer =
  | {
      readonly kind: 'answer';
      /** Groups whose files do not agree with what the daemon runs. */
      readonly added: readonly string[];
      readonly changed: readonly string[];
      readonly removed: readonly string[];
      readonly processes: readonly Process[];
      /** As `reread` printed it. */
      readonly reread: string;
    }
  | { readonly kind: 'missing' }
  /** The daemon cannot read its files. */
  | { readonly kind: 'unreadable'; readonly because: string }
  /** Nobody answers, or not to this user. */
  | { readonly kind: 'silent'; readonly because: string };

export function readAnswer(reply: Reply): Answer {
  if (reply.code === NO_SUPERVISORCTL) return { kind: 'missing' };
  const [reread = '', code, status = ''] = text(reply.out).split('\0');
  const unreadable = /^ERROR: CANT_REREAD: ([\s\S]*)/.exec(reread.trim())?.[1];
  if (unreadable !== undefined) return { kind: 'unreadable', because: unreadable.replace(/\s*\n\s*/g, ' ') };
  if (code !== '0') return { kind: 'silent', because: silence(reread) };
  const named = (what: string): string[] =>
    [...reread.matchAll(/^(\S+): (\w+)$/gm)].filter((line) => line[2] === what).map((line) => line[1]!);
  return {
    kind: 'answer',
    added: named('available'),
    changed: named('changed'),
    removed: named('disappeared'),
    processes: readStatus(status),
    reread: reread.trimEnd(),
  };
}

export function readStatus(status: string): Process[] {
  const processes: Process[] = [];
  for (const line of status.split('\n')) {
    const [, name, state, about] = /^(\S+)\s+([A-Z]+)(?:\s+(.*))?$/.exec(line) ?? [];
    if (name === undefined || state === undefined) continue;
    processes.push({ name, group: name.split(':')[0]!, state, about: about?.trim() ?? '' });
  }
  return processes;
}

/** Does a name as users write it (`web`, `group:web`, `group:*`, `group`) mean this process? */
export function means(name: string, process: Process): boolean {
  return (
    name === process.name || (groupOf(name) === process.group && (!name.includes(':') || name.endsWith(':*')))
  );
}

export function groupOf(name: string): string {
  return name.split(':')[0]!;
}

/** supervisorctl shows a Python class and a file where it cannot connect. */
function silence(said: string): string {
  const first = said.trim().split('\n')[0] ?? '';
  return (
    /^error: <class '[^']*'>, (?:\[Errno \d+\] )?(.*?): file: /.exec(first)?.[1] ??
    (first || 'it says nothing')
  );
}
