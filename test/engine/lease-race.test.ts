import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateDir, writeFiles } from './run-here.ts';

const RACES = 100;
const MAIN = join(import.meta.dirname, '../../dist/main.js');

/** A run that meets another one on its way writes so; the first task ends when the other run has. */
const PLAYBOOK = `
- hosts: all
  tasks:
    - {name: first, shell: "mkdir in || echo met >>log; echo {{ who }} >>log; i=0; while [ ! -e go ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done; rmdir in"}
    - {name: second, shell: "mkdir in || echo met >>log; echo {{ who }} >>log; rmdir in"}
`;

interface Ended {
  readonly pid: number;
  readonly code: number | null;
  readonly said: string;
}

describe('@host two runs started together', function () {
  this.timeout(600_000);
  let dir: string;

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-race-'));
  });
  after(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  function start(at: string, who: string): Promise<Ended> {
    const args = [MAIN, 'play.yaml', '-i', 'inventory.yaml', '-e', `who=${who}`];
    const env = { ...process.env, MAMA_PLAY_STATE_DIR: stateDir(at) };
    const child = spawn(process.execPath, args, { cwd: at, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    return new Promise((resolve) => child.once('close', (code) => resolve({ pid: child.pid!, code, said })));
  }

  async function race(n: number): Promise<void> {
    const at = join(dir, String(n));
    const task = PLAYBOOK.replaceAll('shell: "', `shell: "cd ${at}; `);
    writeFiles(at, {
      'play.yaml': task,
      'inventory.yaml': 'all:\n  hosts:\n    a: {ansible_connection: local}\n',
    });
    const runs = [start(at, 'a'), start(at, 'b')];
    await Promise.race(runs);
    writeFiles(at, { go: '' });
    const [a, b] = (await Promise.all(runs)) as [Ended, Ended];
    const log = readFileSync(join(at, 'log'), 'utf8').trim().split('\n').join('');
    rmSync(stateDir(at), { recursive: true, force: true });
    const [winner, loser] = a.code === 0 ? [a, b] : [b, a];
    assert.deepEqual([winner.code, loser.code], [0, 5], `${a.said}\n${b.said}`);
    assert.equal(log, winner === a ? 'aa' : 'bb');
    const holder = new RegExp(`a is held by another run: .+@\\S+ \\(process ${winner.pid}\\), since \\d{4}-`);
    assert.match(loser.said, holder);
  }

  it(`${RACES} times: never side by side; the loser exits 5 and names the holder`, async () => {
    for (let n = 0; n < RACES; n += 2) await Promise.all([race(n), race(n + 1)]);
  });
});
