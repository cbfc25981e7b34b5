import assert from 'node:assert/strict';
import { foreignParameter, INSTEAD } from '../../src/runner/language/foreign-parameters.ts';
import { taskTypes } from '../../src/runner/tasks/index.generated.ts';

describe('parameters of Ansible’s modules', () => {
  it('are answered only where the type of that name does not take them', () => {
    for (const [name, parameters] of Object.entries(INSTEAD)) {
      const type = taskTypes.get(name);
      assert.ok(type, name);
      const properties = Object.entries(type.schema.properties);
      const taken = properties.flatMap(([key, { aliases = [] }]) => [key, ...aliases]);
      assert.deepEqual(
        Object.keys(parameters).filter((parameter) => taken.includes(parameter)),
        [],
        name,
      );
    }
  });

  it('are answered with what is to be done instead', () => {
    assert.match(foreignParameter('docker_image', 'build') ?? '', /docker_build/);
    assert.match(foreignParameter('copy', 'setype') ?? '', /chcon/);
    assert.equal(foreignParameter('copy', 'constructor'), undefined);
    assert.equal(foreignParameter('constructor', 'name'), undefined);
  });
});
