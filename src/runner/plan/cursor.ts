import type { Json } from '../contract/json.ts';
import type { Block, Flush, Include, Meta, Node, Play, Task } from '../language/model.ts';

/** What stands next on one host's way through a play. */
export type Leaf =
  | { readonly kind: 'task'; readonly task: Task; readonly handler: boolean }
  | { readonly kind: 'meta'; readonly meta: Meta }
  /** A flush with a condition; one without is walked into by itself. */
  | { readonly kind: 'flush'; readonly flush: Flush }
  /** A block with a loop, or an include: its condition and items must be known to go in. */
  | { readonly kind: 'enter'; readonly node: Block | Include };

/** Loop variables of one round. */
export type Round = ReadonlyMap<string, Json>;

/** What a failure would lead to. */
export interface Catcher {
  readonly within: readonly number[];
  /** What may then run, or not run. */
  readonly rest: readonly Node[];
}

interface Frame {
  readonly nodes: readonly Node[];
  readonly index: number;
  readonly parent: Frame | null;
  /** Blocks only. */
  readonly owner: Block | null;
  readonly section: 'main' | 'rescue' | 'always';
  /** A failure waits for `always` to end before it goes on outwards. */
  readonly failed: boolean;
  /** Rounds of the looped node: the current one and those to come. */
  readonly rounds: readonly Round[];
  readonly round: number;
  /** A flush: the nodes are the play's handlers, of which only the notified ones run. */
  readonly flush: boolean;
}

/** Says whether a handler waits to be run; a flush passes over the others. */
export type IsNotified = (handler: Task) => boolean;

/**
 * Where one host is in a play: an immutable place in the tree of nodes, with the failures that wait for an `always`.
 * `next` and `fail` give the place after; looking ahead is walking on from a copy.
 */
export class Cursor {
  private readonly frame: Frame | null;
  private readonly handlers: readonly Task[];
  private readonly isNotified: IsNotified;
  /** The way ended because of a failure that nothing rescued. */
  readonly failed: boolean;
  /** Flushes passed so far. */
  readonly flushes: number;
  readonly stage: Stage;

  private constructor(
    frame: Frame | null,
    handlers: readonly Task[],
    isNotified: IsNotified,
    failed: boolean,
    flushes: number,
    stage: Stage,
  ) {
    this.frame = frame;
    this.handlers = handlers;
    this.isNotified = isNotified;
    this.failed = failed;
    this.flushes = flushes;
    this.stage = stage;
  }

  static start(play: Play, isNotified: IsNotified): Cursor {
    const frame = sequence(play.nodes, null);
    return new Cursor(frame, play.handlers, isNotified, false, 0, 'play').settle();
  }

  /** A flush of its own, `before` the play (what is owed) or `after` it (`force_handlers`): all hosts' come there. */
  static flushOnly(play: Play, isNotified: IsNotified, stage: 'before' | 'after'): Cursor {
    const frame = { ...sequence(play.handlers, null), flush: true };
    return new Cursor(frame, play.handlers, isNotified, false, 0, stage).settle();
  }

  /** null: the play is over for this host. */
  leaf(): Leaf | null {
    const frame = this.frame;
    const node = frame?.nodes[frame.index];
    if (!frame || !node) return null;
    if (node.kind === 'task') return { kind: 'task', task: node, handler: this.inFlush() };
    if (node.kind === 'meta') return { kind: 'meta', meta: node };
    if (node.kind === 'flush') return { kind: 'flush', flush: node };
    return { kind: 'enter', node };
  }

  /** Loop variables of the blocks and includes around this place, outermost first. */
  rounds(): readonly Round[] {
    const rounds: Round[] = [];
    for (let frame = this.frame; frame; frame = frame.parent) {
      const round = frame.rounds[frame.round];
      if (round) rounds.unshift(round);
    }
    return rounds;
  }

  /**
   * The place as numbers that compare in order of running: the stage, then per level the round and the node. Two hosts
   * at one place of a play have the same position.
   */
  position(): readonly number[] {
    const position: number[] = [];
    for (let frame = this.frame; frame; frame = frame.parent) {
      position.unshift(frame.round, SECTIONS.indexOf(frame.section), frame.index);
    }
    return [STAGES.indexOf(this.stage), ...position];
  }

  /** Nothing rescued a failure: it ended the way, or waits for an `always` to end. */
  hasFailed(): boolean {
    for (let frame = this.frame; frame; frame = frame.parent) if (frame.failed) return true;
    return this.failed;
  }

  /** The same place, without the failures that wait. */
  cleared(): Cursor {
    return this.at(this.frame && cleared(this.frame));
  }

  /** Within a `rescue` or an `always`. */
  mends(): boolean {
    for (let frame = this.frame; frame; frame = frame.parent) if (frame.section !== 'main') return true;
    return false;
  }

  /** The place after this one. */
  next(): Cursor {
    return this.frame ? this.at(step(this.frame)).settle() : this;
  }

  /** Into the node that stands here, once per round; no rounds: past it. */
  enter(rounds: readonly Round[]): Cursor {
    const frame = this.frame;
    const node = frame?.nodes[frame.index];
    if (!frame || !node || rounds.length === 0) return this.next();
    if (node.kind !== 'block' && node.kind !== 'include') return this.next();
    const nodes = node.kind === 'block' ? node.block : node.nodes;
    const owner = node.kind === 'block' ? node : null;
    return this.at({ ...sequence(nodes, frame), owner, rounds }).settle();
  }

  /** Into the flush that stands here. */
  flush(): Cursor {
    const frame = { ...sequence(this.handlers, this.frame), flush: true };
    return this.at(frame, this.failed, this.flushes + 1).settle();
  }

  /** True if a failure here is taken care of by a `rescue`. */
  rescues(): boolean {
    for (let frame = this.frame; frame; frame = frame.parent) {
      if (frame.section === 'main' && frame.owner && frame.owner.rescue.length > 0) return true;
    }
    return false;
  }

  /**
   * The blocks whose `rescue` or `always` would take over if this place failed, innermost first. `within`: all
   * positions that begin like this are in the same part of the same block.
   */
  catchers(): readonly Catcher[] {
    const catchers: Catcher[] = [];
    const position = this.position();
    let depth = position.length;
    for (let frame = this.frame; frame; frame = frame.parent, depth -= 3) {
      const { owner, section } = frame;
      if (!owner || section === 'always') continue;
      const rest = section === 'main' ? [...owner.block, ...owner.rescue] : owner.rescue;
      if ((section === 'main' && owner.rescue.length > 0) || owner.always.length > 0) {
        catchers.push({ within: position.slice(0, depth - 1), rest });
      }
    }
    return catchers;
  }

  /** The place after a failure here: a rescue, an always, or the end. */
  fail(): Cursor {
    return this.at(null, true).unwind(this.frame);
  }

  private unwind(from: Frame | null): Cursor {
    for (let frame = from; frame; frame = frame.parent) {
      const { owner } = frame;
      if (!owner) continue;
      if (frame.section === 'main' && owner.rescue.length > 0) {
        return this.at({ ...frame, nodes: owner.rescue, index: 0, section: 'rescue' }, false).settle();
      }
      if (frame.section !== 'always' && owner.always.length > 0) {
        return this.at(
          { ...frame, nodes: owner.always, index: 0, section: 'always', failed: true },
          false,
        ).settle();
      }
    }
    return this.at(null, true);
  }

  /** From a place between nodes to the next leaf: into plain blocks and flushes, out of ended ones. */
  private settle(): Cursor {
    let frame = this.frame;
    let flushes = this.flushes;
    while (frame) {
      const node = frame.nodes[frame.index];
      if (!node) {
        const out = leave(frame, this.handlers, this.isNotified);
        if (out === 'failed') return this.at(null, true).unwind(frame.parent);
        frame = out;
      } else if (frame.flush && node.kind === 'task' && !this.isNotified(node)) frame = step(frame);
      else if (node.kind === 'flush' && node.when.length === 0) {
        frame = { ...sequence(this.handlers, frame), flush: true };
        flushes++;
      } else if (node.kind === 'block' && !node.loop) frame = { ...sequence(node.block, frame), owner: node };
      else break;
    }
    return this.at(frame, this.failed, flushes);
  }

  private inFlush(): boolean {
    for (let frame = this.frame; frame; frame = frame.parent) if (frame.flush) return true;
    return false;
  }

  private at(frame: Frame | null, failed = this.failed, flushes = this.flushes): Cursor {
    return new Cursor(frame, this.handlers, this.isNotified, failed, flushes, this.stage);
  }
}

const SECTIONS = ['main', 'rescue', 'always'];

type Stage = 'before' | 'play' | 'after';
const STAGES: readonly Stage[] = ['before', 'play', 'after'];

/** Which of two positions of one play comes first: negative, 0, positive. */
export function comparePositions(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function sequence(nodes: readonly Node[], parent: Frame | null): Frame {
  return {
    nodes,
    index: 0,
    parent,
    owner: null,
    section: 'main',
    failed: false,
    rounds: [],
    round: 0,
    flush: false,
  };
}

function cleared(frame: Frame): Frame {
  return { ...frame, failed: false, parent: frame.parent && cleared(frame.parent) };
}

function step(frame: Frame): Frame {
  return { ...frame, index: frame.index + 1 };
}

/** The end of a list of nodes: on to `always`, the next round, another look at the handlers, or out. */
function leave(frame: Frame, handlers: readonly Task[], isNotified: IsNotified): Frame | null | 'failed' {
  const { owner } = frame;
  if (owner && frame.section !== 'always' && owner.always.length > 0) {
    return { ...frame, nodes: owner.always, index: 0, section: 'always' };
  }
  if (frame.failed) return 'failed';
  if (frame.round + 1 < frame.rounds.length) {
    const nodes = owner ? owner.block : frame.nodes;
    return { ...frame, nodes, index: 0, section: 'main', round: frame.round + 1 };
  }
  // A handler may notify one that stands before it: another look, as often as there are handlers at the most.
  if (frame.flush && frame.round < handlers.length && handlers.some(isNotified)) {
    return { ...frame, index: 0, round: frame.round + 1 };
  }
  return frame.parent ? step(frame.parent) : null;
}
