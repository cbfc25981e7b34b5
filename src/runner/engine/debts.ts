import { createHash } from 'node:crypto';
import {
  type Answer,
  type Fragment,
  type Identity,
  isTrouble,
  type Trouble,
  text,
} from '../contract/exchange.ts';
import { type Script, sh } from '../contract/script.ts';
import type { Machine } from './machine.ts';

/** What a play's debts are kept under: project, playbook and play, as one short file name. */
export function debtKey(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Where the debts lie, as `d`: root's beside the system's other state, another user's in his home. */
const FOLDER =
  'd=$MAMA_PLAY_STATE_DIR; if [ "$d" ]; then :; elif [ -O / ]; then d=/var/lib/mama-play; else d=$HOME/.local/state/mama-play/debts; fi';

/**
 * Handlers that were notified on a host and have not run, written there before the change that notifies them, so that
 * whatever ends a run, the next one knows. One file per play with one name a line; written whole, 0600 in a 0700
 * folder, and removed when nothing is owed.
 */
export class Debts {
  private readonly machine: Machine;
  private readonly identity: Identity;
  private readonly key: string;
  private readonly onTrouble: (why: string) => void;
  private written: ReadonlySet<string> = new Set();

  constructor(machine: Machine, identity: Identity, key: string, onTrouble: (why: string) => void) {
    this.machine = machine;
    this.identity = identity;
    this.key = key;
    this.onTrouble = onTrouble;
  }

  /** The question for what an earlier run left unpaid, and the reading of its answer. */
  get question(): { readonly identity: Identity; readonly fragment: Fragment } {
    return { identity: this.identity, fragment: ours(readScript(this.key)) };
  }

  /** The names, in the order of writing; from now on they count as written. */
  read(answer: Answer): readonly string[] {
    const names =
      answer.kind === 'reply'
        ? text(answer.out)
            .split('\n')
            .filter((line) => line !== '')
        : [];
    this.written = new Set(names);
    return names;
  }

  /** A change is about to be said that would notify these: the host must know them first. */
  intend(names: readonly string[]): void {
    const missing = names.filter((name) => !this.written.has(name));
    if (missing.length > 0) this.write([...this.written, ...missing]);
  }

  /** What is owed now, for certain. */
  settle(names: readonly string[]): void {
    if (names.length !== this.written.size || names.some((name) => !this.written.has(name)))
      this.write(names);
  }

  private write(names: readonly string[]): void {
    this.written = new Set(names);
    const fragment = ours(names.length > 0 ? writeScript(this.key, names) : clearScript(this.key));
    this.machine.send({ identity: this.identity, fragment, done: (answer) => this.wrote(answer) });
  }

  private wrote(answer: Answer | Trouble): void {
    if (isTrouble(answer) || answer.kind === 'not-run' || answer.code === 0) return;
    this.onTrouble(text(answer.err).trim() || `the shell answered ${answer.code}`);
  }
}

function ours(script: Script): Fragment {
  return { script, runs: 'ours', role: 'probe' };
}

function folder(): Script {
  return { kind: 'script', text: FOLDER };
}

function readScript(key: string): Script {
  return sh`${folder()}; [ ! -r "$d"/${key} ] || cat "$d"/${key}`;
}

function writeScript(key: string, names: readonly string[]): Script {
  return sh`${folder()}
umask 077
[ -d "$d" ] || mkdir -p "$d" || exit 1
printf '%s\n' ${names} >"$d"/.${key} && mv -f "$d"/.${key} "$d"/${key}`;
}

function clearScript(key: string): Script {
  return sh`${folder()}; rm -f "$d"/${key}`;
}
