import type { Position } from '../contract/diagnostic.ts';
import type { TaskType } from '../contract/task-type.ts';
import type { Task } from './model.ts';
import { constantTemplate } from './template.ts';

/** A task that nobody wrote: it has a type, and says nothing else. */
export function bareTask(id: number, type: TaskType, at: Position, name: string): Task {
  return {
    kind: 'task',
    flawed: false,
    id,
    at,
    name,
    title: null,
    type,
    params: constantTemplate({}, at),
    when: [],
    layers: [],
    tags: new Set(),
    role: null,
    loop: null,
    register: null,
    notify: [],
    listen: [],
    become: { active: null, user: null },
    environment: [],
    changedWhen: null,
    failedWhen: null,
    until: null,
    retries: null,
    delay: null,
    timeout: null,
    ignoreErrors: false,
    ignoreUnreachable: false,
    delegateTo: null,
    runOnce: false,
    noLog: false,
    checkMode: null,
    search: { files: [], templates: [] },
    templates: [],
  };
}
