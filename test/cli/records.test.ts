import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptVault } from '../../src/runner/language/vault.ts';
import { writeFiles } from '../engine/run-here.ts';
import { FakeProcess, runFake } from './fake-process.ts';

const SECRET = 'reported-by-n0body';
const sealed = encryptVault(SECRET, Buffer.from('vault-pass')).replace(/^(?=.)/gm, '    ');
const FILES = {
  'inv.yaml': 'all:\n  vars: { ansible_connection: local }\n  hosts: { web1: , web2: }\n',
  'site.yaml': `- name: Site
  hosts: all
  vars_files: [vars.yaml]
  tasks:
    - name: "Say {{ pw }}"
      debug: { msg: "{{ pw }} at {{ inventory_hostname }}" }
    - name: Die
      fail: { msg: "no way {{ pw }}" }
      when: inventory_hostname == "web2"
`,
  'wait.yaml': `- hosts: web1
  tasks:
    - name: Wait
      wait_for: { path: /nonexistent/mama-play, timeout: 1 }
      ignore_errors: true
    - name: Next
      debug: { msg: next }
`,
  'wrong.yaml': '- hosts: all\n  tasks: [{ debgu: { msg: x } }]\n',
  'vars.yaml': `pw: !vault |\n${sealed}`,
  pass: 'vault-pass\n',
};

describe('--junit and --report', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-records-'));
    writeFiles(dir, FILES);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const run = (line: string) => runFake(new FakeProcess(dir), `${line} -i inv.yaml`.split(' '));
  const read = (name: string) => readFileSync(join(dir, name), 'utf8');
  const BOTH = '--junit j.xml --report r.html';

  it('are written beside what is said, also when a host fails, and hold no secret', async () => {
    const spoken = await run('site.yaml --vault-password-file pass --output json');
    const { code, out, err } = await run(`site.yaml --vault-password-file pass --output json ${BOTH}`);
    assert.deepEqual({ code, err }, { code: 2, err: '' });
    const untimed = (text: string) => text.replace(/"(elapsed_ms|ms|bytes_\w+)":\d+|<secret \w+>/g, '"$1":0');
    assert.equal(untimed(out), untimed(spoken.out));
    const [junit, page] = [read('j.xml'), read('r.html')];
    assert.match(
      junit,
      /<testcase name="Die" classname="Site\.web2" .*<failure type="failed" message="failed: no way &lt;secret /,
    );
    assert.match(page, /<title>site\.yaml: failed<\/title>/);
    assert.match(page, /no way &lt;secret [0-9a-f]{8}&gt;/);
    for (const text of [junit, page]) assert.ok(!text.includes(SECRET));
    assert.deepEqual(
      readdirSync(dir).filter((name) => name.startsWith('.j') || name.startsWith('.r')),
      [],
    );
  });

  it('tell of a run that was refused', async () => {
    const { code, err } = await run(`wrong.yaml ${BOTH}`);
    assert.equal(code, 1);
    assert.match(err, /debgu/);
    assert.match(
      read('j.xml'),
      /<testcase name="wrong\.yaml:2:\d+: [^"]*debgu[^"]*" classname="mama-play\.localhost"/,
    );
    assert.match(read('r.html'), /refused: nothing was touched[\s\S]*debgu/);
  });

  it('tell of a run that was interrupted', async () => {
    const fake = new FakeProcess(dir);
    const ended = runFake(fake, `wait.yaml -i inv.yaml ${BOTH}`.split(' '));
    while (!fake.stdout.text.includes('play web1')) await new Promise((done) => setTimeout(done, 5));
    fake.emit('SIGINT');
    assert.equal((await ended).code, 130);
    assert.match(
      read('j.xml'),
      /<testcase name="the run comes to its end" classname="mama-play\.web1" .*<error type="interrupted"/,
    );
    assert.match(read('r.html'), /<span class="end bad">interrupted<\/span>/);
  });

  it('replace a file whole and keep its mode; what is no file is written to', async () => {
    writeFileSync(join(dir, 'j.xml'), 'x'.repeat(100_000), { mode: 0o640 });
    assert.equal((await run('wait.yaml --check --junit j.xml --report /dev/null')).code, 0);
    assert.match(read('j.xml'), /^<\?xml [\s\S]*<\/testsuites>\n$/);
    assert.equal(statSync(join(dir, 'j.xml')).mode & 0o777, 0o640);
    assert.ok(!statSync('/dev/null').isFile());
  });

  it('are refused before anything is done where they could not be written', async () => {
    mkdirSync(join(dir, 'books'));
    const { code, out, err } = await run('wait.yaml --junit nowhere/j.xml --report books');
    assert.deepEqual({ code, out }, { code: 1, out: '' });
    assert.equal(
      err,
      "error: nowhere/j.xml can't be written: its directory is not there\nerror: books can't be written: it is a directory\n2 errors: nothing was done\n",
    );
  });
});
