import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../e2e/lib/play.ts';

interface Task {
  readonly name: string;
  readonly docker_run?: Readonly<Record<string, unknown>>;
  readonly block?: readonly Task[];
  readonly rescue?: readonly Task[];
}

const flat = (tasks: readonly Task[]): Task[] =>
  tasks.flatMap((task) => [task, ...flat(task.block ?? []), ...flat(task.rescue ?? [])]);

/** Every container that the roles declare, by the name of its task. */
const CONTAINERS = ['app', 'infr'].flatMap((role) =>
  readdirSync(join(ROOT, 'roles', role, 'tasks')).flatMap((file) =>
    flat(parse(readFileSync(join(ROOT, 'roles', role, 'tasks', file), 'utf8'))).flatMap(
      ({ name, docker_run: run }) => (run && run['state'] !== 'absent' ? [{ task: name, run }] : []),
    ),
  ),
);

describe('what the roles declare', () => {
  it('no container fills the disk with what it says', () => {
    assert.ok(CONTAINERS.length > 20);
    for (const { task, run } of CONTAINERS) assert.equal(run['log_options'], '{{ log_options }}', task);
    for (const role of ['app', 'infr']) {
      const { properties } = parse(readFileSync(join(ROOT, `roles/${role}/variables.yaml`), 'utf8'));
      assert.deepEqual(Object.keys(properties.log_options.default), ['max-size', 'max-file'], role);
    }
  });

  // Celery 3.1 takes a pid file that a killed container left for another beat's: in a container both are process 1.
  it("celery's beat starts again after it was killed", () => {
    const beat = CONTAINERS.find(({ task }) => task === "Celery's beat");
    assert.match(String(beat?.run['command']), / celery beat .*--pidfile=$/);
  });
});
