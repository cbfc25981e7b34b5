import { isTrouble } from '../contract/exchange.ts';
import type { Task } from '../language/model.ts';
import type { Batch } from './batch.ts';
import type { Raw } from './raw.ts';
import type { Run } from './run-context.ts';

/**
 * One coming by of a `run_once` task. What counts is the place in the playbook; but each batch has its own for a
 * handler, since each makes changes anew.
 */
export class Once {
  private readonly run: Run;
  private readonly batch: Batch;
  private readonly position: readonly number[];
  private readonly place: string;

  constructor(run: Run, batch: Batch, task: Task, handler: boolean, position: readonly number[]) {
    this.run = run;
    this.batch = batch;
    this.position = position;
    this.place = `${handler ? `${batch.hosts[0]!.name}/` : ''}${task.id}/${position.join('.')}`;
  }

  /** The outcome that another host has of it, or is about to have; null: this host is to run it. */
  async ofAnother(host: string): Promise<Raw | null> {
    const { lockstep } = this.batch;
    for (;;) {
      const first = lockstep?.first(this.position);
      if (this.run.once.has(this.place) || first === undefined || first === host) break;
      await lockstep!.past(first, this.position);
    }
    return this.run.once.get(this.place) ?? null;
  }

  /** Of a host that can't be reached at all it is no outcome: the next one is to run it. */
  async keep(raw: Raw, host: string): Promise<void> {
    if (raw.status === 'unreachable' && isTrouble(await this.run.lines.machine(host))) return;
    this.run.once.set(this.place, raw);
  }
}
