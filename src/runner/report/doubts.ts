import type { RecapEvent, TaskEvent } from '../contract/event.ts';

/** Counts why a dry run could not tell, over all hosts: tasks, not items of loops. */
export class Doubts {
  private unknowable = 0;

  add({ status, unknown, item }: TaskEvent): void {
    if (status === 'unknown' && unknown === 'unknowable' && item === undefined) this.unknowable++;
  }

  /** `certain`: every task whose outcome is known, be it that it would fail or is skipped. */
  summary({ hosts }: RecapEvent): string {
    const all = Object.values(hosts);
    const sum = (...names: ('ok' | 'would_change' | 'skipped' | 'failed' | 'rescued' | 'unknown')[]) =>
      all.reduce((total, host) => total + names.reduce((part, name) => part + host[name], 0), 0);
    const certain = sum('ok', 'would_change', 'skipped', 'failed', 'rescued');
    const depends = sum('unknown') - this.unknowable;
    return `certain ${certain} · depends on the run ${depends} · cannot be known ${this.unknowable}`;
  }
}
