import { isTrouble } from '../contract/exchange.ts';
import { EVERYTHING } from '../contract/task-type.ts';
import type { HostWork } from '../plan/prepare.ts';
import type { TaskRunContext } from './task-run.ts';
import { Overlay } from './world.ts';

type Doubtful = Pick<TaskRunContext, 'run' | 'host' | 'task' | 'title'>;

/** What a step reckons with. What a task with `check_mode: true` foresees is never done: nothing hangs on it. */
export function overlayOf({ run, task }: Doubtful, { overlay }: { readonly overlay: Overlay }): Overlay {
  if (!run.check) return new Overlay();
  return task.checkMode ? overlay.copy() : overlay;
}

/** A dry run can't swear any more to what the task may alter. `work` null: its parameters are not known. */
export async function cloud(
  { task, host, run }: Doubtful,
  work: HostWork | null,
  because: string,
): Promise<void> {
  const { type } = task;
  if (!run.check || task.checkMode || (type.kind !== 'state' && type.kind !== 'action')) return;
  const areas = type.mayAlter?.(work ? work.desired : null) ?? EVERYTHING;
  // On which machine may be what is not known.
  const machines =
    task.delegateTo && !work ? await run.lines.machines() : [await run.lines.machine(work?.on ?? host.name)];
  for (const machine of machines) if (!isTrouble(machine)) machine.overlay.cloud(areas, because);
}

/** A dry run does not put on the controller what a later task may read there. */
export function wouldKeep({ task, title, run }: Doubtful, work: HostWork | null): void {
  if (!run.check || task.checkMode || task.type.kind !== 'state' || !task.type.keep) return;
  const path = work && task.type.keep.path(work.desired);
  run.context.sources.wouldPut(path, `"${title}" would put a file on this machine before`);
}
