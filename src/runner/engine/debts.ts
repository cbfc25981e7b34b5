import {
  type Answer,
  type Fragment,
  type Identity,
  isTrouble,
  type Trouble,
  text,
} from '../contract/exchange.ts';
import { type Script, sh } from '../contract/script.ts';
import {
  type DebtPlace,
  debtKey,
  debtLines,
  isOwedBy,
  type OwedAt,
  onOneLine,
  playKey,
  readDebts,
} from './debt-file.ts';
import type { Machine } from './machine.ts';

/** Where the debts lie, as `d`: root's beside the system's other state, another user's in his home. */
const FOLDER =
  'd=$MAMA_PLAY_STATE_DIR; if [ "$d" ]; then :; elif [ -O / ]; then d=/var/lib/mama-play; else d=$HOME/.local/state/mama-play/debts; fi';

/**
 * Handlers that were notified on a host and have not run, written there before the change that notifies them, so that
 * whatever ends a run, the next one knows. One file per play and host of the inventory (see `debtLines`); written whole, 0600 in a 0700
 * folder, and removed when nothing is owed.
 */
export class Debts {
  private readonly machine: Machine;
  private readonly identity: Identity;
  private readonly place: DebtPlace;
  private readonly isKnown: (host: string) => boolean;
  private readonly onTrouble: (why: string) => void;
  private written: ReadonlySet<string> = new Set();
  /** Hosts that the inventory has no more, and whose debts are now this one's. */
  private gone: readonly string[] = [];

  /** `isKnown`: the inventory has a host of this name. */
  constructor(
    machine: Machine,
    identity: Identity,
    place: DebtPlace,
    isKnown: (host: string) => boolean,
    onTrouble: (why: string) => void,
  ) {
    this.machine = machine;
    this.identity = identity;
    this.place = place;
    this.isKnown = isKnown;
    this.onTrouble = onTrouble;
  }

  /** The question for what an earlier run left unpaid, and the reading of its answer. */
  get question(): { readonly identity: Identity; readonly fragment: Fragment } {
    return { identity: this.identity, fragment: ours(readScript(this.place)) };
  }

  /** The names, each once; from now on they count as written. */
  read(answer: Answer): readonly string[] {
    const all = answer.kind === 'reply' ? readDebts(text(answer.out)) : [];
    if (all === null) this.onTrouble('its file was written by another version of mama-play');
    const host = this.machine.name;
    const owed = (all ?? []).filter((one) => isOwedBy(host, one, this.isKnown));
    this.gone = owed.map((one) => one.host).filter((name) => name !== host);
    this.written = new Set(owed.flatMap((one) => one.handlers));
    return [...this.written];
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
    const fragment = ours(writeScript(this.place, this.machine.name, names, this.gone));
    this.gone = [];
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

function readScript(place: DebtPlace): Script {
  return sh`${folder()}
for f in "$d"/${playKey(place)}.*; do [ ! -r "$f" ] || cat "$f" || exit 1; done`;
}

/** No names: nothing is owed any more. `gone`: hosts whose files this one takes the place of. */
function writeScript(
  place: DebtPlace,
  host: string,
  names: readonly string[],
  gone: readonly string[] = [],
): Script {
  const key = debtKey(place, host);
  const others = gone.map((name) => debtKey(place, name));
  if (names.length === 0) return sh`${folder()}; ! cd "$d" 2>/dev/null || rm -f ${[key, ...others]}`;
  const rest = others.length > 0 ? sh` && rm -f ${others}` : sh``;
  return sh`${folder()}
umask 077
[ -d "$d" ] || mkdir -p "$d" || exit 1
cd "$d" || exit 1
printf '%s\n' ${debtLines(place, host, names)} >.${key} && mv -f .${key} ${key}${rest} || { rm -f .${key}; exit 1; }`;
}

/** Asks for all that is owed on the machine, whatever the play. */
export function allDebts(): Fragment {
  return ours(sh`${folder()}
for f in "$d"/????????????????.????????????????; do [ ! -f "$f" ] || cat "$f" || exit 1; done`);
}

/** Takes handlers off a play's debts, and writes beside them who did so, when and why. */
export function forgive(owed: OwedAt, forgiven: readonly string[], who: string, reason: string): Fragment {
  const rest = owed.handlers.filter((name) => !forgiven.includes(name));
  const log = forgiven.map((name) =>
    onOneLine(`${who} forgave "${name}" of ${owed.play} (${owed.playbook} of ${owed.project}): ${reason}`),
  );
  return {
    ...ours(sh`${folder()}
umask 077
printf '%s\n' ${log} | while read -r l; do printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$l"; done >>"$d"/forgiven.log || exit 1
( ${writeScript(owed, owed.host, rest)} )`),
    role: 'apply',
  };
}
