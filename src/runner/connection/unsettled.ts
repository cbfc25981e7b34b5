import { type Conversation, type Identity, type Target, type Trouble, text } from '../contract/exchange.ts';
import { type Script, sh } from '../contract/script.ts';
import type { InterruptibleConversation } from './conversation.ts';
import type { Ready } from './reply.ts';
import { trouble } from './trouble.ts';

/** A shell that was cut off. The host may not have noticed: it may still stand there, and what ran may still run. */
export interface CutOff {
  readonly identity: Identity;
  /** What it said when it was ready; one that nobody heard is known by its token alone. */
  readonly shell: Ready | { readonly token: string };
  /** What ran was fed over the lost line, so that it can't come to its end. */
  readonly starves: boolean;
}

/** Seconds within which a busy host starts a shell that it was asked for before the line was lost. */
const LATE = 3;

/** Seconds that a new conversation waits for what an earlier one left running. */
const PATIENCE = 600;

/**
 * The shells that the lost conversations of a run left behind. A new conversation with the host waits for what runs on
 * them, so that whoever then asks what became of a change is not told while the change is still being made; and then
 * it ends them, so that nothing of ours stays where the host did not notice that its line is dead.
 */
export class Unsettled {
  readonly #byHost = new Map<string, CutOff[]>();

  add(target: Target, cut: CutOff): void {
    const key = keyOf(target);
    this.#byHost.set(key, [...(this.#byHost.get(key) ?? []), cut]);
  }

  /** Null: nothing of the host's earlier conversations runs any more. `stop`: it is not waited for, but ended. */
  async settle(target: Target, talk: InterruptibleConversation, stop?: AbortSignal): Promise<Trouble | null> {
    const hurry = () => void talk.interrupt(false);
    stop?.addEventListener('abort', hurry, { once: true });
    const settled = await this.#settleAll(target, talk, stop);
    stop?.removeEventListener('abort', hurry);
    return settled;
  }

  async #settleAll(target: Target, talk: Conversation, stop?: AbortSignal): Promise<Trouble | null> {
    const key = keyOf(target);
    for (;;) {
      const [cut, ...others] = this.#byHost.get(key) ?? [];
      if (!cut) return null;
      const isStopped = stop?.aborted ?? false;
      const script = settleShell({ ...cut, starves: cut.starves || isStopped });
      const said = await talk.exchange(cut.identity, [{ script, runs: 'ours', role: 'probe' }]);
      if (said.kind === 'trouble') return said;
      if (!isStopped && stop?.aborted) continue;
      const [answer] = said.answers;
      if (answer?.kind !== 'reply' || answer.code !== 0) {
        return stillRuns(target, answer?.kind === 'reply' ? text(answer.out).trim() : '');
      }
      this.#byHost.set(key, others);
    }
  }
}

function keyOf(target: Target): string {
  return `${target.name} ${target.address} ${target.port ?? ''} ${target.user ?? ''}`;
}

/** A shell holds its request's file for as long as it works on it; its guard (see the loader) is told that we wait. */
function settleShell({ shell, starves }: CutOff) {
  return sh`${whereabouts(shell)}
stands() { [ -d "$f" ] && kill -0 "$p" 2>/dev/null; }
stands || exit 0
${starves ? sh`kill -s TERM -- -"$g" 2>/dev/null` : sh`:`}
i=0
while stands && [ -e "$f"/q ] && [ $i -lt ${starves ? 10 : 10 + PATIENCE} ]; do
: >"$f"/k
if [ $i -ge 10 ] || ! sleep 0.1 2>/dev/null; then sleep 1; fi
i=$((i+1))
done
stands || exit 0
[ ! -e "$f"/q ] || ${starves ? sh`:` : sh`{ echo "$g"; exit 1; }`}
kill -s KILL -- -"$g" 2>/dev/null
rm -rf "$f" "\${TMPDIR:-/tmp}/\${f##*/}"`;
}

/** Its process, group and folder as p, g and f. The folder's name ends in the process's number and the token (see the loader). */
function whereabouts(shell: CutOff['shell']): Script {
  if ('pid' in shell) return sh`p=${shell.pid} g=${shell.group} f=${shell.folder}`;
  return sh`f= i=0
while :; do
for d in /dev/shm "$XDG_RUNTIME_DIR" "\${TMPDIR:-/tmp}" /tmp /var/tmp "$HOME"; do
for c in "$d"/mama-play-*.${shell.token}; do [ ! -d "$c" ] || f=$c; done
done
[ -z "$f" ] && [ $i -lt ${LATE} ] && sleep 1 || break
i=$((i+1))
done
[ "$f" ] || exit 0
p=\${f%.*} p=\${p##*.} g=$p
{ read -r a a a a g a <"/proc/$p/stat"; } 2>/dev/null`;
}

function stillRuns(target: Target, group: string): Trouble {
  return trouble(
    'unreachable',
    `what ran on ${target.name} when the connection was lost still runs there (process group ${group})`,
    `wait for its end, or end it there: kill -- -${group}`,
  );
}
