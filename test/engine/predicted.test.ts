import assert from 'node:assert/strict';
import fc from 'fast-check';
import { reaches } from '../../src/runner/engine/areas.ts';
import { Predicted } from '../../src/runner/engine/predicted.ts';

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`);
const key = fc.oneof(
  path.map((one) => `path:${one}`),
  fc.constantFrom('path:', 'container:', 'container:c', 'container:*', 'image:a/b', 'database:'),
);
const area = fc.oneof(
  key,
  path.map((one) => `tree:${one}`),
  fc.constantFrom('tree:', '*', 'image:a', 'volume:'),
);
const step = fc.record({ key, deletes: fc.boolean() });

describe('what is predicted near an area', () => {
  it('is all that would be found by looking at everything, in the same order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(area, { maxLength: 3 }), (steps, areas) => {
        const facts = new Predicted();
        const all = new Map<string, number>();
        steps.forEach(({ key, deletes }, n) => {
          if (deletes) {
            facts.deleteBelow(key);
            for (const known of all.keys()) if (known.startsWith(`${key}/`)) all.delete(known);
          }
          facts.set(key, n, 't');
          all.set(key, n);
        });
        const found = [...facts.near(areas)].filter(([key]) => reaches(key, areas));
        const wanted = [...all].filter(([key]) => reaches(key, areas));
        assert.deepEqual(
          found.map(([key, { value }]) => [key, value]),
          wanted,
        );
      }),
      { numRuns: 2000 },
    );
  });
});
