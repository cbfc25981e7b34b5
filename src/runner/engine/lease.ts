import { type Answer, type Fragment, type Identity, isTrouble, text } from '../contract/exchange.ts';
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

const NO_FLOCK = 10;
const REFUSED = 11;
const NO_FOLDER = 12;
const BY_USER = 13;

/**
 * Who finds it taken looks again for a second: the holder may be this very run, which has not written its name yet.
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
mp_c=
read -r mp_c <"$mp_a/lease"
case $mp_c in ${run}" "*) return $mp_s ;; esac
if [ $mp_n -lt 12 ]; then mp_n=$((mp_n+1)); sleep 0.05 || { sleep 1; mp_n=12; }; continue; fi
echo "$mp_c"
exec 9>&-
return ${REFUSED}
done
echo ${`${run} ${who}`} >"$mp_a/lease"
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
      return { kind: 'refused', holder: text(answer.out).trim().replace(/^\S+ /, '') || 'another run' };
    default:
      return { kind: 'none', because: 'there is no folder for it that belongs to this user alone' };
  }
}

/** A machine's lease: whose shell holds it, and what came of asking. */
export class Lease {
  readonly errand: Errand;
  private outcome: LeaseOutcome | null = null;
  private waiting: ((outcome: LeaseOutcome) => void)[] = [];

  constructor(identity: Identity, holder: Holder) {
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

  private settle(outcome: LeaseOutcome): void {
    this.outcome = outcome;
    for (const tell of this.waiting.splice(0)) tell(outcome);
  }
}
