import type { Expression, Node, Task, Template } from '../language/model.ts';

/** What a task says that may hold variables, but for its conditions, its name, and what judges its outcome. */
export function textsOf(task: Task): readonly (Template | Expression)[] {
  const alone = [
    task.delegateTo,
    task.become.user,
    task.become.active,
    task.retries,
    task.delay,
    task.timeout,
    task.ignoreErrors,
    task.loop?.label,
    task.loop?.pause,
  ];
  const written = alone.filter(
    (one): one is Template | Expression => one !== null && typeof one === 'object',
  );
  return [task.params, ...task.environment, ...task.notify, ...written];
}

/** What judges its outcome: there its own result can be read. */
export function judgementsOf(task: Task): readonly Expression[] {
  return [task.changedWhen, task.failedWhen, task.until].flatMap((list) => list ?? []);
}

/** Everything that decides about a node, or that it says. */
export function allTexts(node: Node): readonly (Template | Expression)[] {
  const when: readonly Expression[] = node.when;
  const items = 'loop' in node && node.loop ? [node.loop.items] : [];
  const title = 'title' in node && node.title ? [node.title] : [];
  const own = node.kind === 'task' ? [...textsOf(node), ...judgementsOf(node)] : [];
  return [...when, ...items, ...title, ...own];
}
