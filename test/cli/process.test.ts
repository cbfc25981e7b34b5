import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeFiles } from '../engine/run-here.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const HOSTS = Array.from({ length: 40 }, (_, i) => `h${i}`);
const LONG = 15;
const FILES = {
  'inv.yaml': `all:\n  vars: { ansible_connection: local }\n  hosts: { ${HOSTS.join(': , ')}: }\n`,
  'talk.yaml': `- hosts: all
  tasks:
    - debug: { msg: ${'x'.repeat(4000)} }
    - fail: { msg: the end }
      when: inventory_hostname == "h39"
`,
  'wait.yaml': `- hosts: h0
  tasks:
    - name: Wait
      wait_for: { path: /nonexistent/mama-play, timeout: "{{ seconds }}" }
      ignore_errors: true
    - name: Next
      debug: { msg: next }
`,
};

function outputOf(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const said = { out: '', err: '' };
  child.stdout!.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    said.err += chunk;
  });
  return new Promise((done) => child.once('close', (code) => done({ code, ...said })));
}

function said(child: ChildProcess, text: string): Promise<void> {
  return new Promise((done) => {
    const listen = (chunk: Buffer) => {
      if (String(chunk).includes(text)) done();
    };
    child.stdout!.on('data', listen);
    child.stderr!.on('data', listen);
  });
}

describe('the process', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-process-'));
    writeFiles(dir, FILES);
  });
  after(() => rmSync(dir, { recursive: true }));

  const run = (line: string) => {
    const argv = [join(ROOT, 'dist/main.js'), ...line.split(' ')];
    const env = { PATH: process.env['PATH'], HOME: dir, MAMA_PLAY_STATE_DIR: join(dir, '.state') };
    return spawn(process.execPath, argv, { cwd: dir, env });
  };

  it('goes on when its reader has gone', async () => {
    const child = run('talk.yaml -i inv.yaml');
    const ended = outputOf(child);
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, err } = await ended;
    assert.deepEqual({ code, err }, { code: 2, err: '' });
  });

  it('finishes the running task on ^C and begins no other', async () => {
    const child = run('wait.yaml -i inv.yaml -e seconds=2 --output json');
    const ended = outputOf(child);
    await said(child, '"event":"play"');
    await pause(600);
    child.kill('SIGINT');
    const { code, out, err } = await ended;
    assert.equal(
      err,
      'warning: stopping: the running tasks are finished first; ^C again ends them at once\n',
    );
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ event, task, status }) => [event, task, status].filter(Boolean).join(' ')),
      ['play', 'task Wait ignored', 'recap'],
    );
    assert.equal(events[1].msg, '/nonexistent/mama-play does not exist after 2 s');
    assert.equal(events[2].hosts.h0.state, 'interrupted');
    assert.equal(code, 130);
  });

  const endings = [
    { name: 'a second ^C', signals: ['SIGINT', 'SIGINT'], expected: 130 },
    { name: 'SIGTERM', signals: ['SIGTERM'], expected: 143 },
    { name: 'SIGHUP @slow', signals: ['SIGHUP'], expected: 129 },
  ] as const;
  for (const { name, signals, expected } of endings) {
    it(`ends the running task at once on ${name}, and begins no other`, async () => {
      const child = run(`wait.yaml -i inv.yaml -e seconds=${LONG}`);
      const ended = outputOf(child);
      await said(child, 'play h0');
      await pause(600);
      const started = performance.now();
      for (const signal of signals) {
        child.kill(signal);
        await pause(200);
      }
      const { code, out, err } = await ended;
      assert.ok(performance.now() - started < (LONG * 1000) / 2, 'it took too long');
      assert.match(err, /warning: stopping: the running tasks are ended\n/);
      assert.doesNotMatch(out, /Next/);
      assert.match(out, /\n\nh0 +ok=/);
      assert.equal(code, expected);
    });
  }
});

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
