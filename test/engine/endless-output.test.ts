import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere, writeFiles } from './run-here.ts';

/** A byte that JSON writes as six; all of it twice, as `stdout` and as `stdout_lines`. */
const NUL = `head -c 100000000 /dev/zero`;

describe('output of more than 16 MiB', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-endless-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const play = async (tasks: string) => {
    writeFiles(dir, {
      'i.yaml': 'all: { hosts: { h: { ansible_connection: local } } }\n',
      'p.yaml': `- hosts: h\n  tasks:\n${tasks}`,
    });
    const { tasks: told } = await runHere(dir, ['p.yaml', '-i', 'i.yaml']);
    assert.ok(told.length > 0);
    return told.map(({ status, msg, hint }) => [status, msg, hint].filter(Boolean).join(': '));
  };

  it('is not kept, and the command has done its work', async () => {
    const [done, read] = await play(`
    - { command: ${NUL}, register: r, changed_when: r.rc != 0 }
    - debug: { msg: "{{ r.rc }} {{ r.stderr }}" }
`);
    assert.match(
      done!,
      /^ok: not kept, more than 16 MiB or than there was room for: stdout, stdout_lines; let it go to a file on the host$/,
    );
    assert.equal(read, 'ok: 0 ');
  });

  it('is told to whoever reads it', async () => {
    const [, read] = await play(`
    - { command: ${NUL}, register: r }
    - debug: { msg: "{{ r.stdout_lines }}" }
`);
    assert.match(read!, /^failed: "r" has no "stdout_lines" \(p\.yaml:5:25\): not kept, more than 16 MiB/);
  });

  it('still says why it failed, by its end', async () => {
    const [failed] = await play(`    - shell: "${NUL}; echo; echo no room; exit 3"\n`);
    assert.match(
      failed!,
      /^failed: exited 3\n[^\n]{2000} …\nno room\nnot kept, more than 16 MiB or than there was room for: stdout/,
    );
  });

  it('is the same where the command reads a long input', async () => {
    const [done, read] = await play(`
    - { shell: { cmd: "cat >&2; ${NUL}", stdin: "{{ big }}" }, register: r, vars: { big: "${'x'.repeat(3 << 19)}" } }
    - debug: { msg: "{{ r.rc }}{{ r.stdout }}" }
`);
    assert.match(
      done!,
      /^changed: not kept, more than 16 MiB or than there was room for: stdout, stdout_lines;/,
    );
    assert.match(read!, /has no "stdout"/);
  });
});
