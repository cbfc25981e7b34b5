import { type Diagnostic, isError } from '../contract/diagnostic.ts';
import type { Include, Node, Play, Playbook, Task } from '../language/model.ts';
import { didYouMean } from '../language/suggest.ts';

/** `--tags` and `--skip-tags`. */
export interface TagChoice {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** Words that choose by themselves and need not be written on any task. */
const SPECIAL = ['all', 'always', 'never', 'tagged', 'untagged'];

/**
 * Is a task with these tags chosen? As Ansible: `always` runs unless it is skipped by name, `never` only if one of
 * its tags is asked for.
 */
export function isChosen(tags: ReadonlySet<string>, { only, skip }: TagChoice): boolean {
  const matches = (word: string): boolean => {
    if (word === 'tagged') return tags.size > 0;
    if (word === 'untagged') return tags.size === 0;
    return tags.has(word);
  };
  const isNever = tags.has('never');
  const asksFor = (word: string) =>
    word === 'all' ? !isNever : matches(word) && !(word === 'tagged' && isNever);
  const wanted = only.length === 0 ? ['all'] : only;
  const run = wanted.some(asksFor) || (tags.has('always') && !isNever);
  if (!run) return false;
  return !skip.some((word) => (word === 'all' ? !tags.has('always') : matches(word)));
}

/** The play with the chosen tasks only. Handlers are always there: whether they run is decided by notifications. */
export function chooseTags(play: Play, choice: TagChoice): Play {
  if (choice.only.length === 0 && choice.skip.length === 0 && !play.nodes.some(hasNever)) return play;
  return { ...play, nodes: chosen(play.nodes, (node) => isChosen(node.tags, choice)) };
}

/**
 * The play from the first task of that name on; null if it has none. A `rescue` has none: nothing would fail in front of
 * it; nor has a loop: its other rounds begin at their beginning.
 */
export function startAt(play: Play, name: string): Play | null {
  let begun = false;
  const within = (nodes: readonly Node[]): Node[] => nodes.flatMap((node) => from(node) ?? []);
  const from = (node: Node): Node | null => {
    // Without a word of its own a flush belongs to the play.
    if (begun || (node.kind === 'flush' && node.tags.size === 0)) return node;
    if (node.kind === 'task') {
      begun = node.name === name || `${node.role?.role.name} : ${node.name}` === name;
      return begun ? node : null;
    }
    if ((node.kind !== 'block' && node.kind !== 'include') || node.loop) return null;
    const rest: Node =
      node.kind === 'include'
        ? { ...node, nodes: within(node.nodes) }
        : { ...node, block: within(node.block), always: within(node.always) };
    return begun ? rest : null;
  };
  const nodes = within(play.nodes);
  return begun ? { ...play, nodes } : null;
}

/** What the tasks of a play are called, each in both forms that `startAt` knows. */
export function taskNames(play: Play): string[] {
  const names: string[] = [];
  chosen(play.nodes, (node) => {
    if (node.kind === 'task' && node.name)
      names.push(node.name, ...(node.role ? [`${node.role.role.name} : ${node.name}`] : []));
    return true;
  });
  return names;
}

/** Every tag asked for must stand somewhere. */
export function checkTags(playbooks: readonly Playbook[], { only, skip }: TagChoice): Diagnostic[] {
  const known = new Set(SPECIAL);
  for (const playbook of playbooks)
    for (const play of playbook.plays) for (const tag of tagsOf(play)) known.add(tag);
  const diagnostics: Diagnostic[] = [...only, ...skip]
    .filter((tag) => !known.has(tag))
    .map((tag) => {
      const hint = didYouMean(tag, known) ?? '--list-tags shows those that there are';
      return { code: 'unknown-tag', message: `no task has the tag "${tag}"`, hint };
    });
  return diagnostics.filter(isError);
}

/** All tags of a play, sorted. */
export function tagsOf(play: Play): string[] {
  const tags = new Set<string>();
  const add = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      // A block's are handed down to what is within.
      if (node.kind !== 'block') for (const tag of node.tags) tags.add(tag);
      if (node.kind !== 'task') for (const inner of childrenOf(node)) add(inner);
    }
  };
  add(play.nodes);
  return [...tags].sort();
}

/** What bears tags of its own, in order of writing: tasks, and includes with what they bring in behind them. */
export function* stepsOf(nodes: readonly Node[]): Generator<Task | Include> {
  for (const node of nodes) {
    if (node.kind === 'task') yield node;
    else {
      if (node.kind === 'include') yield node;
      for (const inner of childrenOf(node)) yield* stepsOf(inner);
    }
  }
}

/** The tasks below these nodes, in order of writing. */
export function* tasksOf(nodes: readonly Node[]): Generator<Task> {
  for (const node of nodes) {
    if (node.kind === 'task') yield node;
    else for (const inner of childrenOf(node)) yield* tasksOf(inner);
  }
}

function chosen(nodes: readonly Node[], keep: (node: Exclude<Node, { kind: 'block' }>) => boolean): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (node.kind === 'block') {
      const [block, rescue, always] = [node.block, node.rescue, node.always].map((part) =>
        chosen(part, keep),
      );
      return block!.length + always!.length > 0
        ? [{ ...node, block: block!, rescue: rescue!, always: always! }]
        : [];
    }
    // Without a word of its own a flush belongs to the play.
    if (node.kind === 'flush' && node.tags.size === 0) return [node];
    if (!keep(node)) return [];
    return node.kind === 'include' ? [{ ...node, nodes: chosen(node.nodes, keep) }] : [node];
  });
}

function hasNever(node: Node): boolean {
  return ('tags' in node && node.tags.has('never')) || childrenOf(node).some((inner) => inner.some(hasNever));
}

function childrenOf(node: Node): readonly (readonly Node[])[] {
  if (node.kind === 'block') return [node.block, node.rescue, node.always];
  return node.kind === 'include' ? [node.nodes] : [];
}
