import type { Delta } from '../contract/delta.ts';
import type { JsonObject } from '../contract/json.ts';
import type { Block, Include, Node, Play, Task } from '../language/model.ts';
import { tasksOf } from '../plan/tags.ts';
import { movedInWords, movedSince, otherwiseDeclared } from './moved.ts';
import { debtName } from './notified.ts';
import { owedAs, type Planned, type PlannedSteps, type Shown } from './planned.ts';
import { heldBack, type Raw } from './raw.ts';
import type { Marks, Unit } from './unit.ts';

/** What is about to be done to a host: a change of these fields, or (null) an action. */
export interface Intent {
  readonly delta: Delta | null;
  readonly params: JsonObject;
}

/** What has a way in of its own. */
type Group = Block | Include;

type Verdict = { readonly go: true; readonly msg?: string } | { readonly hold: Raw };

const GO: Verdict = { go: true };

/**
 * Lets through what a saved plan showed, and nothing else. What the plan showed as depending on the run is let through
 * as it turns out, unless `onlyShown`; so are the tasks of a `rescue`, which answer a failure that no plan foresees.
 */
export class Gate {
  private readonly marks: Marks;
  private readonly shown: Shown;
  private readonly onlyShown: boolean;
  private readonly steps = new Map<string, Planned[]>();
  private readonly open: ReadonlySet<string>;
  private readonly owed: ReadonlySet<string>;
  private readonly around: ReadonlyMap<Task, readonly Group[]>;
  private readonly rescuers: ReadonlySet<Task>;

  constructor(plan: PlannedSteps, plays: readonly Play[], marks: Marks, shown: Shown, onlyShown: boolean) {
    this.marks = marks;
    this.shown = shown;
    this.onlyShown = onlyShown;
    for (const step of plan.steps) {
      const key = keyOf(step.host, step.place, step.item);
      this.steps.set(key, [...(this.steps.get(key) ?? []), step]);
    }
    this.open = new Set(plan.open);
    this.owed = new Set(plan.owed);
    this.around = new Map(plays.flatMap((play) => [...ancestors(play.nodes, [])]));
    this.rescuers = new Set(plays.flatMap((play) => [...rescuing(play.nodes)]));
  }

  /** The unit's turn has come. */
  permit(unit: Unit): Permit {
    const steps = this.stepsOf(unit);
    // The same unit may come again (a handler, two equal items): each time it is the next of the plan.
    const planned = steps.length > 1 ? steps.shift()! : (steps[0] ?? this.whole(unit));
    return new Permit((intent) => this.judge(unit, planned, intent));
  }

  /** Would it be let through, if its turn came now? */
  foresees(unit: Unit, intent: Intent): boolean {
    return 'go' in this.judge(unit, this.stepsOf(unit)[0] ?? this.whole(unit), intent);
  }

  private judge(unit: Unit, planned: Planned | null, intent: Intent): Verdict {
    if (unit.debt) return this.isOwed(unit) ? GO : hold('the plan does not know that it is owed');
    if (!planned) return this.unplanned(unit);
    const { status } = planned;
    if (status === 'unknown' && !planned.params && !planned.delta) return this.dependent(planned.msg ?? '');
    if (status === 'skipped') return hold('the plan skipped it');
    if (status === 'failed') return hold(`the plan saw it fail: ${planned.msg ?? ''}`);
    if (intent.delta) return this.sameChange(unit, planned, intent.delta);
    if (status === 'ok') return hold('the plan said that there is nothing to do');
    return planned.params === this.marks.of(intent.params)
      ? GO
      : hold('its parameters are not those of the plan');
  }

  private sameChange(unit: Unit, planned: Planned, delta: Delta): Verdict {
    const found = this.shown.delta(delta, unit.task);
    const moved = movedSince(planned.delta ?? null, found, delta);
    const unsure =
      planned.status === 'unknown' ? `; the plan said that it depends on the run: ${planned.msg ?? ''}` : '';
    if (Object.keys(moved).length > 0)
      return hold(`since the plan was made, ${movedInWords(moved)}${unsure}`, moved);
    const [field] = otherwiseDeclared(planned.delta ?? null, found);
    return field === undefined ? GO : hold(`it would set ${field} to something else than the plan showed`);
  }

  private unplanned(unit: Unit): Verdict {
    if (this.rescuers.has(unit.task)) return { go: true, msg: 'not in the plan: it answers a failure' };
    const inside = (this.around.get(unit.task) ?? []).some((node) =>
      this.open.has(`${unit.host} ${this.marks.place(unit.play, node, [])}`),
    );
    return inside ? this.dependent('it is in a part that depends on the run') : hold('it is not in the plan');
  }

  private dependent(because: string): Verdict {
    if (this.onlyShown) return hold(`the plan could not show it: ${because}`);
    return { go: true, msg: `the plan said that it depends on the run: ${because}` };
  }

  private isOwed({ host, play, task }: Unit): boolean {
    return this.owed.has(owedAs(host, this.marks.place(play, { id: 0 }, []), debtName(task)));
  }

  private stepsOf(unit: Unit): Planned[] {
    const place = this.marks.place(unit.play, unit.task, unit.around);
    return this.steps.get(keyOf(unit.host, place, this.marks.item(unit.item))) ?? [];
  }

  /** A loop of which the plan knew no items. */
  private whole(unit: Unit): Planned | null {
    if (!unit.item) return null;
    const place = this.marks.place(unit.play, unit.task, unit.around);
    return this.steps.get(keyOf(unit.host, place, ''))?.[0] ?? null;
  }
}

/** What the plan says of one unit, asked as often as it is about to do something. */
export class Permit {
  private readonly judge: (intent: Intent) => Verdict;
  private msg: string | undefined;

  constructor(judge: (intent: Intent) => Verdict) {
    this.judge = judge;
  }

  /** Not null: it is held back, and what is told of it. */
  holds(intent: Intent): Raw | null {
    const verdict = this.judge(intent);
    if ('hold' in verdict) return verdict.hold;
    this.msg = verdict.msg;
    return null;
  }

  /** The outcome, with what the plan could not know of it. */
  told(raw: Raw): Raw {
    const { msg } = this;
    if (msg === undefined || raw.status !== 'changed') return raw;
    return { ...raw, msg: raw.msg === undefined ? msg : `${raw.msg} (${msg})` };
  }
}

function hold(because: string, moved?: Delta): Verdict {
  return { hold: heldBack(because, moved) };
}

function keyOf(host: string, place: string, item: string): string {
  return `${host}\0${place}\0${item}`;
}

/** Each task with the includes and looped blocks around it. */
function* ancestors(nodes: readonly Node[], around: readonly Group[]): Generator<[Task, readonly Group[]]> {
  for (const node of nodes) {
    if (node.kind === 'task') yield [node, around];
    else if (node.kind === 'include') yield* ancestors(node.nodes, [...around, node]);
    else if (node.kind === 'block') {
      const inner = node.loop ? [...around, node] : around;
      yield* ancestors([...node.block, ...node.rescue, ...node.always], inner);
    }
  }
}

function* rescuing(nodes: readonly Node[]): Generator<Task> {
  for (const node of nodes) {
    if (node.kind === 'include') yield* rescuing(node.nodes);
    if (node.kind !== 'block') continue;
    yield* tasksOf(node.rescue);
    yield* rescuing([...node.block, ...node.always]);
  }
}
