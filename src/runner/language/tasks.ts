import { loadBlock } from './block.ts';
import { type Here, intoFile } from './here.ts';
import { loadInclude } from './include.ts';
import { STRUCTURE, type Structure } from './keywords.ts';
import { loadMeta } from './meta.ts';
import type { Node } from './model.ts';
import { describe } from './read.ts';
import { fault, type Span } from './source.ts';
import { loadTask, readHandlerNames } from './task.ts';
import { entry, type YamlEntry, type YamlMap, type YamlNode } from './yaml.ts';

/** The nodes of a list of tasks; `what` names the list for messages. */
export function loadTasks(here: Here, list: YamlNode, what: string): Node[] {
  const { loader } = here;
  if (list.kind === 'scalar' && list.value === null) return [];
  if (list.kind !== 'list') {
    const hint = list.kind === 'map' ? 'begin each task with "- "' : undefined;
    loader.report(
      fault(list.span, 'wrong-type', `${what} holds a list of tasks, not ${describe(list)}`, hint),
    );
    return [];
  }
  return list.items.flatMap((item) => {
    if (item.kind === 'map') return loadNode(here, item);
    const hint = item.kind === 'scalar' && item.value === null ? 'remove the "-"' : undefined;
    loader.report(fault(item.span, 'wrong-type', `a task is a map, not ${describe(item)}`, hint));
    return [];
  });
}

/** The tasks of a file; `span` says where it is asked for. */
export function loadTaskFile(here: Here, path: string, span: Span): Node[] {
  const { loader, place } = here;
  const name = loader.io.display(path);
  if (place.files.includes(path)) {
    const circle = [...place.files.slice(place.files.indexOf(path)), path].map((file) =>
      loader.io.display(file),
    );
    const message = `this imports itself: ${circle.join(' → ')}`;
    const hint = 'imports and includes are followed before a host is known, so none may lead back';
    loader.report(fault(span, 'import-circle', message, hint));
    return [];
  }
  if (!loader.mayBringIn(span)) return [];
  const node = loader.yaml(path)?.node;
  if (!node) return [];
  return loadTasks({ ...here, place: intoFile(place, path) }, node, name);
}

function loadNode(here: Here, map: YamlMap): Node[] {
  const { loader, place } = here;
  const kinds = map.entries.filter(({ key }) => isStructure(key) || loader.taskTypes.has(key));
  const [first, second] = kinds;
  if (first && second) {
    const message = `this task has two types: "${first.key}" and "${second.key}"`;
    loader.report(
      fault(second.keySpan, 'two-types', message, 'make two tasks of it, each with a "- " of its own'),
    );
    const others = kinds.slice(1);
    return loadNode(here, { ...map, entries: map.entries.filter((at) => !others.includes(at)) });
  }
  if (!first || !isStructure(first.key)) {
    const orphan = ['rescue', 'always'].map((key) => entry(map, key)).find((at) => at !== undefined);
    if (orphan && !first) return lonely(here, orphan);
    const task = loadTask(here, map, first ?? null);
    return task ? [task] : [];
  }
  if (place.handlers && first.key !== 'import_tasks') {
    const message = `handlers can't hold "${first.key}"`;
    loader.report(fault(first.keySpan, 'not-a-handler', message, SINGLE_HANDLERS));
    // Whoever notifies it has made no second mistake.
    if (entry(map, 'name') || entry(map, 'listen')) readHandlerNames(here, map);
    return [];
  }
  if (first.key === 'block') return loadBlock(here, map);
  if (first.key === 'meta') return loadMeta(here, map, first);
  return loadInclude(here, map, { ...first, key: first.key });
}

const SINGLE_HANDLERS =
  'write single tasks, or import_tasks; what one notify is to start together has the same listen';

function lonely({ loader }: Here, at: YamlEntry): Node[] {
  loader.report(fault(at.keySpan, 'missing-key', `"${at.key}" needs a "block" beside it`));
  return [];
}

function isStructure(key: string): key is Structure {
  return (STRUCTURE as readonly string[]).includes(key);
}
