import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Command, commandsOf, fencesOf, reads } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/tutorial.md');

/** A folder that looks like the checkout, as far as the tutorial needs it, and whose shell knows its mama-play. */
function checkout(): string {
  const dir = mkdtempSync(join(tmpdir(), 'mama-tutorial-'));
  mkdirSync(join(dir, 'test/hosts'), { recursive: true });
  symlinkSync(join(ROOT, 'test/hosts/.state'), join(dir, 'test/hosts/.state'));
  mkdirSync(join(dir, 'bin'));
  const npx = `#!/bin/sh\nshift\nexec ${process.execPath} ${join(ROOT, 'dist/main.js')} "$@"\n`;
  writeFileSync(join(dir, 'bin/npx'), npx, { mode: 0o755 });
  return dir;
}

describe('the tutorial @host', function () {
  this.timeout(300_000);
  let dir: string;
  let at: string;
  before(() => {
    dir = checkout();
    at = dir;
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  function say({ command, expected, code, line }: Command): void {
    if (command.startsWith('cd ')) {
      at = join(at, command.slice(3));
      return;
    }
    const env = { ...process.env, PATH: `${join(dir, 'bin')}:${process.env['PATH']}`, NO_COLOR: '1' };
    const ran = spawnSync('sh', ['-c', `exec 2>&1; ${command}`], { cwd: at, env, encoding: 'utf8' });
    const told = `tutorial.md:${line}: ${command}\nanswered ${ran.status}:\n${ran.stdout}`;
    assert.equal(ran.status, code, told);
    assert.ok(reads(expected, ran.stdout), `${told}\ninstead of:\n${expected.join('\n')}`);
  }

  it('does what it says, from the first command to the last', () => {
    let told = 0;
    for (const fence of fencesOf(readFileSync(PAGE, 'utf8'))) {
      if (fence.title) {
        mkdirSync(dirname(join(at, fence.title)), { recursive: true });
        writeFileSync(join(at, fence.title), fence.text);
      }
      if (fence.language !== 'console') continue;
      for (const command of commandsOf(fence)) {
        say(command);
        told++;
      }
    }
    assert.ok(told > 15, `only ${told} commands were found on the page`);
  });
});
