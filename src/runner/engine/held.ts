import { type Answer, type Fragment, text } from '../contract/exchange.ts';
import { sh } from '../contract/script.ts';

/** What a machine says of its lease. */
export type Held =
  | {
      readonly kind: 'free';
      /** `user`: of root's runs nothing can be said. */
      readonly scope: 'machine' | 'user';
    }
  | {
      readonly kind: 'held';
      readonly run: string;
      /** `user@machine (process 123)`. */
      readonly by: string;
      /** ISO 8601; null: it was not written down. */
      readonly since: string | null;
      /** The process of the host whose end would free it. */
      readonly pid: number | null;
    }
  /** No answer can be given. */
  | { readonly kind: 'unknown'; readonly because: string };

const NO_FLOCK = 10;
const BARRED = 11;

/** Asks who holds the machine. Reads only; a shared lock for the blink of an eye is all it takes. */
export function heldFragment(): Fragment {
  const script = sh`command -v flock >/dev/null 2>&1 || exit ${NO_FLOCK}
s=machine
if [ "$MAMA_PLAY_STATE_DIR" ]; then a=$MAMA_PLAY_STATE_DIR
elif [ -O / ]; then a=/run/mama-play; else a=$HOME/.local/state/mama-play s=user; fi
echo $s
[ -e "$a/lease" ] || exit 0
exec 8<"$a/lease" || exit ${BARRED}
flock -n -s 8 || cat <&8`;
  return { script, runs: 'ours', role: 'probe' };
}

export function readHeld(answer: Answer): Held {
  if (answer.kind === 'not-run') return { kind: 'unknown', because: 'it was not asked' };
  if (answer.code === NO_FLOCK)
    return { kind: 'unknown', because: 'the host has no flock (Debian package util-linux)' };
  if (answer.code !== 0)
    return { kind: 'unknown', because: text(answer.err).trim() || 'its file may not be read' };
  const [scope, line = ''] = text(answer.out).trim().split('\n');
  if (line === '') return { kind: 'free', scope: scope === 'user' ? 'user' : 'machine' };
  const [run = '', pid = '', , , ...words] = line.split(' ');
  const who = words.join(' ');
  const [, by = who, since = null] = /^(.*), since (\S+)$/.exec(who) ?? [];
  return { kind: 'held', run, by, since, pid: /^\d+$/.test(pid) ? Number(pid) : null };
}
