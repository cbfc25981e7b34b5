import type { Node, Play } from '../language/model.ts';
import { givenBy } from '../plan/awaits.ts';
import type { Host } from './host.ts';
import { Lockstep } from './lockstep.ts';
import type { Asked } from './pauses.ts';

/** The hosts that go through a play side by side, and what they must agree on. */
export class Batch {
  readonly play: Play;
  readonly hosts: readonly Host[];
  /** null: `strategy: free`. */
  readonly lockstep: Lockstep | null;
  /** Questions to the operator, each put once for all hosts. */
  readonly asked: Asked = new Map();
  /** What tasks of the play give to their host: owed handlers may have to wait for it. */
  readonly given: ReadonlySet<string>;
  /** `end` (meta: end_play, end_batch) or `fatal` (too many failures): no host begins another task. */
  over: 'end_batch' | 'end_play' | 'fatal' | null = null;

  /** Of the play's hosts those that failed before it. */
  private readonly absent: readonly Host[];

  constructor(play: Play, hosts: readonly Host[], absent: readonly Host[], forks: number) {
    this.play = play;
    this.hosts = hosts;
    this.absent = absent;
    this.given = play.handlers.length > 0 ? givenBy(play) : new Set();
    this.lockstep = isLinear(play)
      ? new Lockstep(
          hosts.map((host) => host.name),
          forks,
        )
      : null;
  }

  /** `meta: clear_host_errors`: who failed takes part again in the plays that come. */
  clear(): void {
    for (const host of [...this.hosts, ...this.absent]) if (host.state === 'failed') host.state = 'done';
  }

  /** A host failed: does the play end for all? (any_errors_fatal, max_fail_percentage: more than so many of the batch.) */
  hostFailed(): void {
    const { play } = this;
    const failed = this.hosts.filter((host) => !host.live).length;
    if (play.anyErrorsFatal) this.over ??= 'fatal';
    if (play.maxFailPercentage !== null && (failed * 100) / this.hosts.length > play.maxFailPercentage) {
      this.over ??= 'fatal';
    }
  }
}

/** Plays in which one host's way depends on another's always run linear. */
function isLinear(play: Play): boolean {
  return (
    play.strategy === 'linear' ||
    play.anyErrorsFatal ||
    play.maxFailPercentage !== null ||
    [...play.nodes, ...play.handlers].some(decidesForAll)
  );
}

/** Run by one host, it has to do with the others, too: what they do must not hang on who is the faster. */
function decidesForAll(node: Node): boolean {
  if (node.kind === 'task') return node.runOnce;
  if (node.kind === 'meta') return ['end_play', 'end_batch', 'clear_host_errors'].includes(node.action);
  if (node.kind === 'block') return [...node.block, ...node.rescue, ...node.always].some(decidesForAll);
  return node.kind === 'include' && node.nodes.some(decidesForAll);
}
