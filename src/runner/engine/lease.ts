import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  type Fragment,
  type Identity,
  isTrouble,
  type Reply,
  text,
} from '../contract/exchange.ts';
import { type Script, sh } from '../contract/script.ts';
import type { Errand } from './errands.ts';

/** Who runs, for whoever is refused because of it. */
export interface Holder {
  /** The run's id: inventory hosts of one run that share a machine share its lease. */
  readonly run: string;
  /** One line without the id: user, machine and process, and since when. */
  readonly who: string;
}

export type LeaseOutcome =
  | { readonly kind: 'held' }
  /** It keeps out the runs of this user only. */
  | { readonly kind: 'held-by-user' }
  /** There is no `flock`, or no folder to keep the lease in: nobody is kept out. */
  | { readonly kind: 'none'; readonly because: string }
  | { readonly kind: 'refused'; readonly holder: string };

/** Seconds that a run waits for the end of a session whose line has ended: what runs there is ended in less. */
const PATIENCE = 12;
/** Milliseconds between two looks. */
const PAUSE = 250;

const NO_FLOCK = 10;
const REFUSED = 11;
const NO_FOLDER = 12;
const BY_USER = 13;
const ENDING = 14;

/**
 * Who finds it taken looks again for a second: the holder may be this very run, which has not written its name yet.
 * A holder whose line has ended is told apart from one that lives (`mp_i` of the loader).
 *
 * Takes the lease: a lock (flock(2)) on descriptor 9 of the standing shell, so that it ends with the shell, however
 * that ends. The file says who holds it. It lies where only root, or only this user, can write; $MAMA_PLAY_STATE_DIR in
 * the host's environment names another place (tests, which must not meet other runs of this machine).
 */
export function leaseFragment(holder: Holder): Fragment {
  return { script: script(holder), runs: 'standing', role: 'probe' };
}

function script({ run, who }: Holder): Script {
  return sh`mp_l() {
command -v flock >/dev/null 2>&1 || return ${NO_FLOCK}
mp_s=0 mp_n=0
if [ "$MAMA_PLAY_STATE_DIR" ]; then mp_a=$MAMA_PLAY_STATE_DIR
elif [ -O / ]; then mp_a=/run/mama-play; else mp_a=$HOME/.local/state/mama-play mp_s=${BY_USER}; fi
[ -d "$mp_a" ] || mkdir -p "$mp_a" 2>/dev/null
[ -d "$mp_a" ] && [ -O "$mp_a" ] && [ ! -L "$mp_a" ] && [ ! -L "$mp_a/lease" ] || return ${NO_FOLDER}
command exec 9>>"$mp_a/lease" || return ${NO_FOLDER}
until flock -n 9; do
mp_e= mp_j= mp_q= mp_w=
read -r mp_e mp_t mp_j mp_q mp_w <"$mp_a/lease"
case $mp_e in ${run}) return $mp_s ;; esac
if [ $mp_n -lt 12 ]; then mp_n=$((mp_n+1)); sleep 0.05 || { sleep 1; mp_n=12; }; continue; fi
echo "$mp_w"
exec 9>&-
case $mp_q in *[0-9]*) ;; *) return ${REFUSED} ;; esac
mp_i $mp_j $mp_q && return ${REFUSED}
return ${ENDING}
done
printf '%s\n' ${run}" $$ $mp_v \${mp_y:--} "${who} >"$mp_a/lease"
return $mp_s
}
mp_l 2>/dev/null`;
}

export function readLease(answer: Answer): LeaseOutcome {
  if (answer.kind === 'not-run') return { kind: 'none', because: 'it was not asked for' };
  switch (answer.code) {
    case 0:
      return { kind: 'held' };
    case BY_USER:
      return { kind: 'held-by-user' };
    case NO_FLOCK:
      return { kind: 'none', because: 'the host has no flock (Debian package util-linux)' };
    case REFUSED:
    case ENDING:
      return { kind: 'refused', holder: holderIn(answer) };
    default:
      return { kind: 'none', because: 'there is no folder for it that belongs to this user alone' };
  }
}

function holderIn(answer: Reply): string {
  return text(answer.out).trim() || 'another run';
}

/** A machine's lease: whose shell holds it, and what came of asking. */
export class Lease {
  readonly errand: Errand;
  private readonly onWait: (holder: string) => void;
  private waitsSince: number | null = null;
  private outcome: LeaseOutcome | null = null;
  private waiting: ((outcome: LeaseOutcome) => void)[] = [];

  /** `onWait`: its last holder was cut off, and what that left running is waited for. */
  constructor(identity: Identity, holder: Holder, onWait: (holder: string) => void) {
    this.onWait = onWait;
    this.errand = {
      identity,
      fragment: leaseFragment(holder),
      done: (answer) =>
        this.settle(isTrouble(answer) ? { kind: 'none', because: answer.message } : readLease(answer)),
    };
  }

  /** null: not known yet. */
  get known(): LeaseOutcome | null {
    return this.outcome;
  }

  wait(): Promise<LeaseOutcome> {
    const { outcome } = this;
    return outcome ? Promise.resolve(outcome) : new Promise((tell) => this.waiting.push(tell));
  }

  /** True, after a while: its last holder is about to end, and the question is to be said again. Not for ever. */
  async isEnding(answer: Answer): Promise<boolean> {
    if (answer.kind === 'not-run' || answer.code !== ENDING) return false;
    if (this.waitsSince === null) this.onWait(holderIn(answer));
    this.waitsSince ??= performance.now();
    if (performance.now() - this.waitsSince > PATIENCE * 1000) return false;
    await sleep(PAUSE);
    return true;
  }

  private settle(outcome: LeaseOutcome): void {
    this.outcome = outcome;
    for (const tell of this.waiting.splice(0)) tell(outcome);
  }
}
