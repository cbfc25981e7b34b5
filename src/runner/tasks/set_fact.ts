import { type LocalVerdict, localTask } from '../contract/task-type.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Sets variables of the host for the rest of the run. */
export default localTask({
  name: 'set_fact',
  schema: {
    type: 'object',
    description: 'Sets variables of the host for the rest of the run. Each key is the name of a variable.',
    additionalProperties: true,
    properties: {},
  } as const,
  fields: {
    ansible_facts: { type: 'object', description: 'The variables that were set, with their values.' },
  },
  evaluate(params): LocalVerdict {
    const names = Object.keys(params);
    const bad = names.find((name) => !NAME.test(name));
    if (names.length === 0) return { result: {}, failed: 'set_fact names no variable' };
    if (bad !== undefined) {
      const hint = 'Names have letters, digits and _ only, and begin with no digit.';
      return { result: {}, failed: `${JSON.stringify(bad)} cannot be the name of a variable`, hint };
    }
    return { result: { ansible_facts: params }, facts: params };
  },
});
