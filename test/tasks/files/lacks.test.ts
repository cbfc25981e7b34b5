import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { isRefusal } from '../../../src/runner/contract/task-type.ts';
import { probePath } from '../../../src/runner/tasks/lib/files/path-probe.ts';
import { readPath } from '../../../src/runner/tasks/lib/files/path-read.ts';
import { makeGround, shells } from '../harness.ts';

describe('a host that lacks a tool', () => {
  // A standalone busybox never lacks its own.
  for (const shell of shells().filter(({ name }) => name !== 'busybox ash')) {
    for (const tool of ['stat', 'sha256sum']) {
      it(`does not make a file absent or another: ${tool} (${shell.name})`, async () => {
        const g = makeGround(shell);
        try {
          g.lay({ f: 'text', [`tools/${tool}`]: `#!/bin/sh\necho ${tool}: not found >&2\nexit 127\n` });
          chmodSync(g.at(`tools/${tool}`), 0o755);
          for (const follow of [false, true]) {
            const asked = { path: g.at('f'), follow, content: { size: 4, sha256: 'x' } };
            const facts = readPath(await g.run(probePath(asked), { tools: [g.at('tools')] }), asked);
            assert.ok(isRefusal(facts), JSON.stringify(facts));
            assert.equal(facts.refusal, `could not look at ${g.at('f')}: ${tool}: not found`);
          }
        } finally {
          g.remove();
        }
      });
    }
  }
});
