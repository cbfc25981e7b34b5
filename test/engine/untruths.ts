import type { TaskEvent } from '../../src/runner/contract/event.ts';

const BECOMES: Readonly<Record<string, readonly string[]>> = {
  ok: ['ok'],
  // A task with `check_mode: true` is not done in the run either.
  would_change: ['changed', 'would_change'],
  changed: ['changed'],
  skipped: ['skipped'],
  failed: ['failed'],
  ignored: ['ignored'],
};

const placeOf = ({ host, at, task }: TaskEvent) => `${host} ${at} ${task}`;

const baseOf = (task: TaskEvent) => `${placeOf(task)} ${'item' in task ? JSON.stringify(task.item) : ''}`;

/** Of a handler that came, but fewer times than check told of it: without the first turns of which it did not know. */
function come(checked: readonly TaskEvent[], real: readonly TaskEvent[]): readonly TaskEvent[] {
  const turns = (tasks: readonly TaskEvent[], base: string) =>
    tasks.filter((task) => baseOf(task) === base).length;
  const surplus = new Map<string, number>();
  const sworn = new Set(checked.filter(({ status }) => status !== 'unknown').map(baseOf));
  for (const base of new Set(real.filter(({ handler }) => handler).map(baseOf)))
    if (sworn.has(base)) surplus.set(base, turns(checked, base) - turns(real, base));
  return checked.filter((task) => {
    const more = surplus.get(baseOf(task)) ?? 0;
    if (more <= 0 || task.status !== 'unknown') return true;
    surplus.set(baseOf(task), more - 1);
    return false;
  });
}

/** A task, or one item of it, in the order of its coming: handlers run more than once. */
function keyed(tasks: readonly TaskEvent[]): Map<string, TaskEvent> {
  const events = new Map<string, TaskEvent>();
  for (const task of tasks) {
    const base = baseOf(task);
    let turn = 1;
    while (events.has(`${base} ${turn}`)) turn++;
    events.set(`${base} ${turn}`, task);
  }
  return events;
}

const isGroup = ({ type }: TaskEvent) => type === 'block' || type.startsWith('include_');

const isCommand = ({ type }: TaskEvent) => type === 'command' || type === 'shell';

/** A command that would run may still fail: that it runs is what was said of it. */
function mayBe(said: TaskEvent): readonly string[] {
  const becomes = BECOMES[said.status]!;
  return isCommand(said) && said.status === 'would_change' ? [...becomes, 'failed', 'ignored'] : becomes;
}

/** What check mode said and the real run, on the same ground, did not do; empty: all that was certain was right. */
export function untruths(told: readonly TaskEvent[], real: readonly TaskEvent[]): string[] {
  const checked = come(told, real);
  const did = keyed(real);
  const wrong: string[] = [];
  // Where a step fails that check could not tell, the real run may go another way on that host; and it tells of
  // what is in a group of which check could not tell whether, or how many times, it is come to.
  const parted = new Set<string>();
  // Which turn of a task is which can't be told there.
  const often = new Set(
    [...keyed(checked), ...did].flatMap(([key, task]) => (key.endsWith(' 1') ? [] : [placeOf(task)])),
  );
  const lost = new Set<string>();
  for (const [key, said] of keyed(checked)) {
    const came = did.get(key);
    const open = said.status === 'unknown' || (isCommand(said) && said.status === 'would_change');
    const goesOn = came !== undefined && came.status !== 'failed';
    if (open && (!goesOn || isGroup(said))) parted.add(said.host);
    if (open && isGroup(said)) lost.add(said.host);
    if (lost.has(said.host) && often.has(placeOf(said))) continue;
    if (said.status === 'unknown' || (parted.has(said.host) && !came)) continue;
    if (!came || !mayBe(said).includes(came.status)) {
      wrong.push(
        `${key}: check said ${said.status}, the run ${came?.status ?? 'nothing'} (${came?.msg ?? ''})`,
      );
    }
  }
  const said = keyed(checked);
  // Of a loop whose items check could not tell it says one thing for all.
  const vague = new Set(
    checked.filter((task) => task.status === 'unknown' && !('item' in task)).map(placeOf),
  );
  const isItem = (task: TaskEvent) => 'item' in task && vague.has(placeOf(task));
  const unsaid = [...did].filter(([key, task]) => !said.has(key) && !parted.has(task.host) && !isItem(task));
  return [...wrong, ...unsaid.map(([key]) => `${key}: check said nothing of it`)];
}
