import { localTask } from '../../src/runner/contract/task-type.ts';
import { bareTask } from '../../src/runner/language/bare-task.ts';
import type { Block, Flush, Node, Play, Task } from '../../src/runner/language/model.ts';

const at = { file: 'play.yaml', line: 1, column: 1 };

const nothing = localTask({
  name: 'nothing',
  schema: { type: 'object', description: 'Nothing.', properties: {}, additionalProperties: false } as const,
  evaluate: () => ({ result: {} }),
});

let ids = 0;

/** A task that does nothing, for tests of the order of things. */
export function task(name: string, more: Partial<Task> = {}): Task {
  return { ...bareTask(++ids, nothing, at, name), ...more };
}

export function block(
  parts: { block: Node[]; rescue?: Node[]; always?: Node[] },
  more: Partial<Block> = {},
): Block {
  return {
    kind: 'block',
    id: ++ids,
    at,
    name: null,
    title: null,
    when: [],
    layers: [],
    tags: new Set(),
    role: null,
    loop: null,
    block: parts.block,
    rescue: parts.rescue ?? [],
    always: parts.always ?? [],
    ...more,
  };
}

export function flush(): Flush {
  return { kind: 'flush', id: ++ids, at, when: [], tags: new Set(), layers: [], role: null };
}

export function play(nodes: Node[], handlers: Task[] = [], more: Partial<Play> = {}): Play {
  return {
    at,
    name: 'test',
    dir: '/project',
    hosts: { source: 'all', at },
    order: 'inventory',
    layers: [],
    nodes,
    handlers,
    serial: [],
    strategy: 'free',
    maxFailPercentage: null,
    anyErrorsFatal: false,
    forceHandlers: false,
    gatherFacts: false,
    facts: null,
    ...more,
  };
}
