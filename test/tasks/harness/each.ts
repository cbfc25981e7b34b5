import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { type Ground, makeGround } from './ground.ts';
import type { Sources } from './local.ts';
import { type Running, shellsFor } from './shells.ts';

/** Registers one test per shell (in the fast run in one of them), each on a ground of its own that is removed afterwards. */
export function inEachShell(
  title: string,
  test: (ground: Ground) => void | Promise<void>,
  sources: Sources = {},
  running: Running = {},
): void {
  for (const shell of shellsFor(title)) {
    it(`${title} (${shell.name})`, async () => {
      const ground = makeGround(shell, sources, running);
      try {
        await test(ground);
        assert.deepEqual(readdirSync(ground.cwd), [], 'something appeared in the working directory');
      } finally {
        ground.remove();
      }
    });
  }
}
