import { basename } from 'node:path/posix';
import type { Readable } from 'node:stream';
import type {
  Answers,
  Conversation,
  Fragment,
  Identity,
  Reply,
  Traffic,
  Trouble,
} from '../contract/exchange.ts';
import { sameIdentity } from '../contract/exchange.ts';
import { sh } from '../contract/script.ts';
import { atMost, type Line } from './line.ts';
import type { Session } from './session.ts';
import { Shell, type ShellOptions } from './shell.ts';
import { Streaming } from './stream.ts';

/** A conversation whose running commands can be ended on the host. */
export interface InterruptibleConversation extends Conversation {
  /**
   * Ends the process groups of what runs now: SIGTERM, and SIGKILL two seconds later for those that still live. The
   * interrupted exchanges are then answered (exit status 143) or are `lost`. Resolves when nothing of them is left, or
   * when the host could not be told any more. `forGood`: nothing more will be asked, and a shell that is slow to start
   * is not waited for.
   */
  interrupt(forGood: boolean): Promise<void>;
}

/** Side by side on one line; further ones wait. */
const STREAMS = 4;

/** Milliseconds that a close waits for the host before it cuts the line. */
const PATIENCE = 3000;

/** What applies to every shell of a conversation. */
export type ConversationSettings = Pick<ShellOptions, 'becomePassword' | 'timeout' | 'cutOff' | 'starts'> & {
  warn(message: string): void;
};

/** The conversation over a line. `settings` apply to every shell on it. */
export class LineConversation implements InterruptibleConversation {
  readonly #line: Line;
  readonly #streamLine: Line;
  readonly #settings: ConversationSettings;
  readonly #shells = new Map<string, Shell>();
  readonly #streams = new Map<Streaming, Identity>();

  constructor(line: Line, settings: ConversationSettings) {
    this.#line = line;
    this.#streamLine = atMost(STREAMS, line);
    this.#settings = settings;
  }

  get traffic(): Traffic {
    return this.#line.traffic;
  }

  /** Starts the standing shell of the login user before it is needed. */
  start(): Promise<Session | Trouble> {
    return this.#shell({ kind: 'login' }).start();
  }

  exchange(identity: Identity, fragments: readonly Fragment[]): Promise<Answers | Trouble> {
    if (fragments.length === 0) return Promise.resolve({ kind: 'answers', answers: [] });
    return this.#shell(identity).exchange(fragments);
  }

  async stream(
    identity: Identity,
    fragment: Fragment,
    source: (() => Readable) | null,
    onLine?: (line: string) => void,
  ): Promise<Reply | Trouble> {
    const streaming = new Streaming({ ...this.#options(identity), line: this.#streamLine });
    this.#streams.set(streaming, identity);
    const result = await streaming.run(fragment, source, onLine);
    this.#streams.delete(streaming);
    return result;
  }

  async renew(except: readonly Identity[]): Promise<void> {
    const others = [...this.#shells].filter(([, { identity, busy }]) => {
      const stays = identity.kind === 'login' || identity.user === 'root' || busy;
      return !stays && !except.some((one) => sameIdentity(one, identity));
    });
    for (const [key] of others) this.#shells.delete(key);
    await within(PATIENCE, Promise.all(others.map(([, shell]) => shell.end())));
  }

  async interrupt(forGood: boolean): Promise<void> {
    const running = [
      ...[...this.#shells.values()]
        .filter((shell) => shell.busy && !(forGood && shell.abandon()))
        .map((shell) => ({ identity: shell.identity, session: shell.start() })),
      ...[...this.#streams].map(([streaming, identity]) => ({ identity, session: streaming.session })),
    ];
    await Promise.all(running.map(({ identity, session }) => this.#end(identity, session)));
  }

  async close(): Promise<void> {
    const busy = this.#streams.size > 0 || [...this.#shells.values()].some((shell) => shell.busy);
    if (busy) await within(PATIENCE, this.interrupt(true));
    for (const shell of this.#shells.values()) void shell.end();
    await this.#line.close();
  }

  async #end(identity: Identity, session: Promise<Session | Trouble> | null): Promise<void> {
    const started = await session;
    if (!started || !('info' in started)) return;
    const { pid, group, folder } = started.info;
    const killer = new Shell({ ...this.#options(identity), starts: undefined });
    const said = await killer.exchange([
      { script: endGroup(group, folder), runs: 'ours', role: 'apply' },
      { script: strangersIn(group, pid), runs: 'ours', role: 'probe' },
    ]);
    void killer.end();
    if (said.kind === 'trouble' || said.answers[1]?.kind !== 'reply' || said.answers[1].code !== 0) return;
    const who = `what was started there as another user still runs (process group ${group})`;
    this.#settings.warn(`${this.#line.name}: ${who}: end it there as that user, or as root`);
  }

  #options(identity: Identity): ShellOptions {
    return { ...this.#settings, line: this.#line, identity };
  }

  #shell(identity: Identity): Shell {
    const key = identity.kind === 'login' ? '' : `${identity.method} ${identity.user}`;
    const shell = this.#shells.get(key) ?? new Shell(this.#options(identity));
    this.#shells.set(key, shell);
    return shell;
  }
}

/**
 * The standing shell itself outlives SIGTERM, so its group is never empty before SIGKILL: what is asked is whether the
 * fragment still runs, which the shell shows by having removed the files of its exchange. Its folder may have a twin
 * on disk (see the loader).
 */
function endGroup(group: number, folder: string) {
  return sh`kill -s TERM -- -${group} 2>/dev/null
i=0
while [ -e ${folder}/q ] && [ $i -lt 20 ]; do sleep 0.1 2>/dev/null || sleep 1; i=$((i+1)); done
[ -e ${folder}/q ] || exit 0
kill -s KILL -- -${group} 2>/dev/null
rm -rf -- ${folder} "\${TMPDIR:-/tmp}"/${basename(folder)}`;
}

/**
 * Exits 0 if the group still has processes of others after a second: what a sudo in the user's own command started is
 * not ours to end. The sudo that our own shell came by is among those above it.
 */
function strangersIn(group: number, shell: number) {
  return sh`above=' ' a=${shell}
while [ "$a" -gt 1 ] && { read -r s <"/proc/$a/stat"; } 2>/dev/null; do
above="$above$a "
set -- \${s##*) }
a=$2
done
strangers() {
for p in /proc/[0-9]*; do
if [ -O "$p" ]; then continue; fi
case $above in *" \${p#/proc/} "*) continue ;; esac
{ read -r s <"$p/stat"; } 2>/dev/null || continue
set -- \${s##*) }
[ "$3" != ${group} ] || [ "$1" = Z ] || return 0
done
return 1
}
i=0
while strangers; do [ $i -lt 10 ] || exit 0; sleep 0.1 2>/dev/null || sleep 1; i=$((i+1)); done
exit 1`;
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
