import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { OUR_KEYWORDS } from '../../src/runner/contract/schema.ts';
import { taskTypes } from '../../src/runner/tasks/index.generated.ts';

describe('schemas of the task types', () => {
  for (const [name, type] of taskTypes) {
    it(`${name}: is a JSON Schema`, () => {
      const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false });
      ajv.addVocabulary([...OUR_KEYWORDS]);
      ajv.validateSchema(type.schema);
      assert.deepEqual(ajv.errors ?? [], []);
    });
  }

  it('a schema that is none is found out', () => {
    const ajv = new Ajv();
    assert.equal(ajv.validateSchema({ type: 'text' }), false);
  });
});
