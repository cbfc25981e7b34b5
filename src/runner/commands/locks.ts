import { isTrouble } from '../contract/exchange.ts';
import { type Held, heldFragment, readHeld } from '../engine/held.ts';
import type { StateOptions } from '../state-command-line.ts';
import { askOne, onHosts } from './on-hosts.ts';
import type { Terminal } from './terminal.ts';

/** `mama-play locks`: who holds which machine. Resolves to the exit code. */
export function runLocks(options: StateOptions, terminal: Terminal): Promise<number> {
  return onHosts(options, terminal, null, async (host, out) => {
    const reply = await askOne(host, heldFragment());
    if (isTrouble(reply)) return out.trouble(host.name, reply);
    const held = readHeld(reply);
    const { kind: state, ...more } = held;
    out.say(`${host.name}: ${heldText(held)}`, { event: 'lock', host: host.name, state, ...more });
    return held.kind === 'unknown' ? 'failed' : 'done';
  });
}

function heldText(held: Held): string {
  if (held.kind === 'free')
    return held.scope === 'machine'
      ? 'not held'
      : 'not held by a run of this user (-b asks for those of root)';
  if (held.kind === 'unknown') return `not known: ${held.because}`;
  const since = held.since === null ? '' : ` since ${held.since}`;
  const pid = held.pid === null ? '' : `, by process ${held.pid} of the host`;
  return `held by ${held.by}${since}, run ${held.run}${pid}`;
}
