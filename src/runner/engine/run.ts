import type { Emit, HostRecap, RecapEvent } from '../contract/event.ts';
import type { Connect, Identity } from '../contract/exchange.ts';
import { maskEvent } from '../contract/mask-event.ts';
import type { Secrets } from '../contract/secret.ts';
import type { InventoryHost, Play } from '../language/model.ts';
import type { RunContext } from '../plan/context.ts';
import { tasksOf } from '../plan/tags.ts';
import { changesAs } from './changes-as.ts';
import type { DebtPlace } from './debt-file.ts';
import type { Gate } from './gate.ts';
import { Host } from './host.ts';
import { type Holder, Lease } from './lease.ts';
import { Leases } from './leases.ts';
import { Lines, type ResolveTarget } from './lines.ts';
import { PAUSES } from './link.ts';
import type { Past } from './past.ts';
import { type Ask, Pauses } from './pauses.ts';
import { runPlay } from './play.ts';
import type { KeepFile, Run } from './run-context.ts';
import type { Journal } from './unit.ts';

/** A play and the hosts that it was found to run on. */
export interface SelectedPlay {
  readonly play: Play;
  readonly hosts: readonly InventoryHost[];
  /** Which of the command line's it came in, as a message names it; null: in none. */
  readonly playbook: string | null;
  /**
   * Under what its owed handlers are kept on a host; null: nobody is notified in it, so that nothing comes to be owed
   * and no host is asked.
   */
  readonly debtPlace: DebtPlace | null;
}

export interface RunOptions {
  readonly plays: readonly SelectedPlay[];
  readonly context: RunContext;
  readonly connect: Connect;
  readonly resolve: ResolveTarget;
  /** Events go out masked. Never awaited. */
  readonly emit: Emit;
  readonly keep: KeepFile;
  /** null: there is no operator at a terminal; `agreed`: he said yes to all questions beforehand. */
  readonly ask: Ask | 'agreed' | null;
  readonly secrets: Secrets;
  /** Who holds the leases; null: none are taken, and no debts are kept (tests of other things). */
  readonly holder: Holder | null;
  readonly forks: number;
  readonly batching: boolean;
  readonly forceHandlers: boolean;
  /** Never awaited. */
  readonly journal?: Journal | null;
  /** The run that this one goes on from. */
  readonly past?: Past | null;
  /** The saved plan that this run is held to. */
  readonly gate?: Gate | null;
  /** Seconds before each further call to a machine whose line was lost. */
  readonly redialPauses?: readonly number[];
  /** Called once, before the first connection, with the means to stop the run. */
  readonly onStart?: (stop: Stop) => void;
}

/** Milliseconds that an interrupted run waits for what its hosts say of the end of what ran there. */
const PATIENCE = 2000;

/** How a run is interrupted from outside. */
export interface Stop {
  /** Finish the tasks in hand, begin nothing. */
  gently(): void;
  /** End what runs on the hosts, at once. */
  now(): Promise<void>;
}

/** Run plays to their end. The result is the recap, which was also emitted; a host's trouble is told in it. */
export async function runPlays(options: RunOptions): Promise<RecapEvent> {
  const started = performance.now();
  const { secrets } = options;
  const emit: Emit = (event) => options.emit(maskEvent(event, secrets));
  const hosts = new Map<string, Host>();
  for (const { hosts: members } of options.plays) {
    for (const host of members) if (!hosts.has(host.name)) hosts.set(host.name, new Host(host));
  }
  const names = [...hosts.keys()];
  const lines = new Lines(
    options.connect,
    options.resolve,
    (host, ms) => emit({ event: 'connected', host, ms }),
    (host) => leaseFor(host, options, emit),
    (host, msg) => emit({ event: 'note', level: 'warning', host, msg }),
    options.redialPauses ?? PAUSES,
  );
  const leases = new Leases(lines, [...names, ...delegates(options.plays)], emit);
  void lines.allSettled(names);
  const interrupt = { stop: false, now: false };
  let ending: Promise<void> = Promise.resolve();
  const { ask } = options;
  const masked: Ask | 'agreed' | null =
    ask && ask !== 'agreed' ? (prompt, signal) => ask(secrets.mask(prompt), signal) : ask;
  const pauses = new Pauses(masked, (msg) => emit({ event: 'note', level: 'info', msg }));
  const run: Run = {
    context: options.context,
    emit,
    keep: options.keep,
    pauses,
    lines,
    hosts,
    check: options.context.check,
    batching: options.batching,
    forceHandlers: options.forceHandlers,
    leases,
    debtPlaces: new Map(
      options.holder
        ? options.plays.flatMap(({ play, debtPlace }) => (debtPlace ? [[play, debtPlace] as const] : []))
        : [],
    ),
    changesAs: (host) => userOf(host, options),
    interrupt,
    journal: options.journal ?? null,
    past: options.past ?? null,
    gate: options.gate ?? null,
    once: new Map(),
    keepSecret: (value) => secrets.add(value),
  };
  options.onStart?.({
    gently: () => {
      interrupt.stop = true;
      lines.stopCalling();
      pauses.stop();
    },
    now: () => {
      interrupt.stop = true;
      interrupt.now = true;
      lines.stopCalling();
      pauses.stop();
      ending = lines.interrupt();
      return ending;
    },
  });
  try {
    await walkPlays(options, run);
  } catch (bug) {
    // An open line would keep this process, and what runs at its other end, alive.
    await lines.close();
    throw bug;
  }
  // What could not be ended on a host is told before the recap.
  await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, PATIENCE).unref())]);
  await leases.tellSoFar();
  if (leases.refused.size > 0) {
    // A machine that is in no play was to be changed for those that are.
    const isOutside = names.every((name) => !leases.refused.has(name));
    for (const host of hosts.values())
      if (host.live) host.state = isOutside || leases.refused.has(host.name) ? 'locked' : 'interrupted';
  }
  const recap = await recapOf(hosts, lines, options.context.check, performance.now() - started);
  emit(recap);
  await lines.close();
  return recap;
}

/** Machines that tasks name in so many words, in a play or not. */
function delegates(plays: RunOptions['plays']): ReadonlySet<string> {
  const tasks = plays.flatMap(({ play }) => [...tasksOf(play.nodes), ...play.handlers]);
  const named = tasks.filter(({ type }) => type.kind !== 'local').map((task) => task.delegateTo?.constant);
  return new Set(named.filter((name) => typeof name === 'string'));
}

/** What a playbook needs may be the work of the one before it: behind a failure no further one is begun. */
async function walkPlays({ plays, forks }: RunOptions, run: Run): Promise<void> {
  let before: string | null = null;
  const cutFrom = (index: number) => {
    for (const { hosts } of plays.slice(index))
      for (const { name } of hosts) run.hosts.get(name)!.isCutShort = true;
  };
  for (const [index, { play, hosts, playbook }] of plays.entries()) {
    if (before !== playbook && [...run.hosts.values()].some((host) => !host.live)) {
      const msg = `${playbook} is not begun: not all hosts came to the end of the playbook before it`;
      run.emit({ event: 'note', level: 'warning', msg });
      return cutFrom(index);
    }
    before = playbook;
    const members = hosts.map((host) => run.hosts.get(host.name)!);
    if ((await runPlay(run, play, members, forks)) === 'stop') return cutFrom(index + 1);
  }
}

/** Held by the user that the host's changes are made as: root, where anything becomes root. */
function leaseFor(host: string, { context, plays, holder }: RunOptions, emit: Emit): Lease | null {
  if (context.check || !holder) return null;
  return new Lease(userOf(host, { context, plays }), holder, (last) => {
    const msg = `the run that held it was cut off (${last}); what it left running is waited for`;
    emit({ event: 'note', level: 'info', host, msg });
  });
}

function userOf(host: string, { context, plays }: Pick<RunOptions, 'context' | 'plays'>): Identity {
  const members = plays.filter((play) => play.hosts.some((one) => one.name === host));
  return changesAs(host, members, context);
}

async function recapOf(
  hosts: ReadonlyMap<string, Host>,
  lines: Lines,
  check: boolean,
  ms: number,
): Promise<RecapEvent> {
  const recaps: Record<string, HostRecap> = {};
  for (const host of hosts.values()) recaps[host.name] = await host.recap(lines);
  const ok = Object.values(recaps).every((recap) => recap.state === 'done');
  return { event: 'recap', ok, elapsed_ms: Math.round(ms), check, hosts: recaps };
}
