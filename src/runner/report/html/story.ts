import { type Diagnostic, isError } from '../../contract/diagnostic.ts';
import type { NoteEvent, RecapEvent, RunEvent, TaskEvent } from '../../contract/event.ts';
import type { Status } from '../../contract/outcome.ts';
import { Doubts } from '../doubts.ts';
import { sameness } from '../grouping.ts';
import type { Reporter } from '../reporter.ts';

/** Hosts to which the same happened at a task, or at an item of its loop. */
export interface Shared {
  readonly event: TaskEvent;
  readonly hosts: string[];
}

/** A task (or handler) of the playbook, and what it came to on each of its hosts. */
export interface TaskStory {
  readonly number: number;
  readonly first: TaskEvent;
  readonly shared: Map<string, Shared>;
  /** What the slowest host took, in ms. */
  slowest: number;
}

export interface PlayStory {
  readonly name: string;
  readonly tasks: Map<string, TaskStory>;
}

/** A stretch of a host's time, in ms since the run began. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
  readonly story: TaskStory;
}

/** How a page tells an outcome: a rescued failure is a kind of its own. */
export type Kind = Status | 'rescued';

export function kindOf({ status, rescued }: TaskEvent): Kind {
  return rescued ? 'rescued' : status;
}

/** A run as it is told on a page: by task, and by host. What several hosts share is kept once. */
export class Story implements Reporter {
  readonly plays: PlayStory[] = [];
  /** In the order in which they were named first. */
  readonly hosts = new Map<string, Stretch[]>();
  readonly wrong: Diagnostic[] = [];
  readonly warnings: Diagnostic[] = [];
  readonly notes: NoteEvent[] = [];
  readonly doubts = new Doubts();
  recap: RecapEvent | null = null;
  /** When the last event came. */
  elapsed = 0;
  private readonly now: () => number;
  private began: number | null = null;
  private tasks = 0;

  /** `now`: milliseconds since some moment. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  on(event: RunEvent): void {
    if (event.event === 'error')
      (isError(event.diagnostic) ? this.wrong : this.warnings).push(event.diagnostic);
    else if (event.event === 'note') this.notes.push(event);
    else if (event.event === 'play') this.play(event.play, event.hosts);
    else if (event.event === 'task') this.task(event);
    else if (event.event === 'recap') this.recap = event;
    if (this.began !== null) this.elapsed = this.now() - this.began;
  }

  close(): void {}

  private play(name: string, hosts: readonly string[]): void {
    this.began ??= this.now();
    // The batches of a play with `serial` are told together.
    if (this.plays.at(-1)?.name !== name) this.plays.push({ name, tasks: new Map() });
    for (const host of hosts) this.stretches(host);
  }

  private task(event: TaskEvent): void {
    this.doubts.add(event);
    const story = this.storyOf(event);
    const key = sameness(event, false);
    const shared = story.shared.get(key);
    if (shared) shared.hosts.push(event.host);
    else story.shared.set(key, { event, hosts: [event.host] });
    if (event.item !== undefined) return;
    story.slowest = Math.max(story.slowest, event.ms);
    const to = this.now() - (this.began ?? this.now());
    const stretches = this.stretches(event.host);
    stretches.push({
      from: Math.max(stretches.at(-1)?.to ?? 0, to - event.ms),
      to,
      kind: kindOf(event),
      story,
    });
  }

  private storyOf(event: TaskEvent): TaskStory {
    const { at, task, handler } = event;
    const { tasks } = this.plays.at(-1)!;
    const key = JSON.stringify([at, task, handler]);
    let story = tasks.get(key);
    if (!story) {
      this.tasks++;
      story = { number: this.tasks, first: event, shared: new Map(), slowest: 0 };
      tasks.set(key, story);
    }
    return story;
  }

  private stretches(host: string): Stretch[] {
    let stretches = this.hosts.get(host);
    if (!stretches) {
      stretches = [];
      this.hosts.set(host, stretches);
    }
    return stretches;
  }
}
