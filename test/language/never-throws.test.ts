import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KEYS, STRUCTURE } from '../../src/runner/language/keywords.ts';
import { load } from './project.ts';

const words = [
  ...new Set([...Object.values(KEYS).flat(), ...STRUCTURE, 'file', 'command', 'template', 'src']),
];
const texts = [
  'a',
  'web',
  'x == 1',
  '{{ x }}',
  '{{',
  'a=b',
  'yes',
  '30%',
  'more.yaml',
  '../',
  '',
  ' ',
  'é\u{1F600}',
];

const { node } = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, ...texts),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words, 'zork', 'constructor', '__proto__'), tie('node'), { maxKeys: 4 }),
  ),
}));
const map = fc.dictionary(fc.constantFrom(...words, 'toString'), node, { maxKeys: 5 });
const list = fc.array(map, { maxLength: 3 });

describe('any text', () => {
  it('is a playbook or is refused, with a place in a file, and never more than that', () => {
    const project = fc.record({
      play: map,
      tasks: list,
      role: list,
      meta: node,
      variables: node,
      handlers: node,
    });
    fc.assert(
      fc.property(project, ({ play, tasks, role, meta, variables, handlers }) => {
        const text = (value: unknown) => JSON.stringify(value);
        const { value, diagnostics } = load({
          'site.yaml': text([{ hosts: 'all', roles: ['web'], tasks, ...play }]),
          'more.yaml': text(tasks),
          'roles/web/tasks/main.yaml': text(role),
          'roles/web/handlers/main.yaml': text(handlers),
          'roles/web/meta/main.yaml': text({ dependencies: meta }),
          'roles/web/variables.yaml': text({ properties: variables }),
        });
        assert(Array.isArray(value.plays));
        for (const { at, line, message } of diagnostics) {
          assert(at && line !== undefined, message);
          assert(at.line >= 1 && at.column >= 1 && at.column <= line.length + 1, message);
        }
      }),
      { numRuns: 150 },
    );
  });
});
