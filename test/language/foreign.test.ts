import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foreignParameter, INSTEAD } from '../../src/runner/language/foreign-parameters.ts';
import { taskTypes } from '../../src/runner/tasks/index.generated.ts';

/** All names that a type's parameters go by. */
function taken(type: string): readonly string[] {
  const { properties } = taskTypes.get(type)!.schema;
  return Object.entries(properties).flatMap(([key, { aliases = [] }]) => [key, ...aliases]);
}

describe('parameters of Ansible’s modules', () => {
  it('are answered only where the type of that name does not take them', () => {
    for (const [type, parameters] of Object.entries(INSTEAD)) {
      const dead = Object.keys(parameters).filter((parameter) => taken(type).includes(parameter));
      assert.deepEqual(dead, [], type);
    }
  });

  it('are answered with what is to be done instead', () => {
    assert.match(foreignParameter('docker_image', 'build') ?? '', /docker_build/);
    assert.match(foreignParameter('copy', 'setype') ?? '', /chcon/);
    assert.equal(foreignParameter('copy', 'constructor'), undefined);
    assert.equal(foreignParameter('constructor', 'name'), undefined);
  });
});

describe('tasks that messages recommend', () => {
  const room = join(import.meta.dirname, '../../src/runner/language');

  it('have the parameters that they are shown with', () => {
    let seen = 0;
    for (const file of readdirSync(room).filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(join(room, file), 'utf8');
      for (const [shown, type = '', inside = ''] of text.matchAll(/\b([a-z_]+): \{([a-z_]+: [^}'\n]*)\}/g)) {
        if (!taskTypes.has(type)) continue;
        seen++;
        const strange = [...inside.matchAll(/(?:^|, )([a-z_]+): /g)].filter(
          ([, key]) => !taken(type).includes(key!),
        );
        assert.deepEqual(strange, [], `${file}: ${shown}`);
      }
    }
    assert.ok(seen > 10);
  });
});
