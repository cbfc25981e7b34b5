import { parseArgs } from 'node:util';
import { Stop } from '../../scripts/lib/run.ts';

/** What is measured: three runs of the twenty tasks, the two transfers, and starting up. */
export const SCENARIOS = ['first', 'second', 'check', 'tree', 'file', 'start'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export const PEERS = ['ours', 'ansible', 'mitogen', 'floor', 'floor25519'] as const;
export type PeerName = (typeof PEERS)[number];

export interface Options {
  readonly scenarios: readonly Scenario[];
  readonly peers: readonly PeerName[];
  /** null: all that the sitting has. */
  readonly hosts: readonly number[] | null;
  readonly rtts: readonly number[] | null;
  /** null: as each row says. */
  readonly repeat: number | null;
  /** Nothing was left out, so the figures may be written down. */
  readonly whole: boolean;
}

export const USAGE = `npm run bench -- [options]
  --only LIST     of ${SCENARIOS.join(', ')}
  --peers LIST    of ${PEERS.join(', ')}
  --hosts LIST    of 1, 10, 50
  --rtt LIST      of 0, 20, 100 (milliseconds)
  --repeat N      runs of each peer in each row
  --quick         one run of each row, without ansible and mitogen
  --yes           install missing Debian packages without asking
Only a sitting from which nothing was left out writes docs/performance.md.`;

export function readOptions(argv: readonly string[]): Options {
  const { values } = parse(argv);
  if (values.help) throw new Stop(USAGE);
  const quick = values.quick ?? false;
  const peers = values.peers ?? (quick ? 'ours,floor,floor25519' : undefined);
  return {
    scenarios: words('--only', values.only, SCENARIOS),
    peers: words('--peers', peers, PEERS),
    hosts: numbers('--hosts', values.hosts),
    rtts: numbers('--rtt', values.rtt),
    repeat: numbers('--repeat', values.repeat)?.[0] ?? (quick ? 1 : null),
    whole: !quick && !values.only && !values.peers && !values.hosts && !values.rtt && !values.repeat,
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    only: text,
    peers: text,
    hosts: text,
    rtt: text,
    repeat: text,
    quick: flag,
    yes: flag,
    help: flag,
  };
  try {
    return parseArgs({ args: [...argv], options });
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`);
  }
}

function words<T extends string>(flag: string, given: string | undefined, known: readonly T[]): readonly T[] {
  if (given === undefined) return known;
  const asked = given.split(',');
  const wrong = asked.find((word) => !(known as readonly string[]).includes(word));
  if (wrong !== undefined) throw new Stop(`${flag}: there is no "${wrong}"\n${USAGE}`);
  return known.filter((word) => asked.includes(word));
}

function numbers(flag: string, given: string | undefined): readonly number[] | null {
  if (given === undefined) return null;
  const asked = given.split(',').map(Number);
  if (asked.every((number) => Number.isInteger(number) && number >= 0)) return asked;
  throw new Stop(`${flag}: "${given}" is no list of whole numbers`);
}
