import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sh } from '../../src/runner/contract/script.ts';
import { TOOLS, toolsOf } from '../../src/runner/contract/tools.ts';
import { runHere, writeFiles } from './run-here.ts';

describe('a host that lacks a tool', () => {
  let dir: string;
  const at = (...path: string[]) => join(dir, ...path);
  const play = async (lacks: string, tasks: string, ...args: string[]) => {
    rmSync(at('bin'), { recursive: true, force: true });
    mkdirSync(at('bin'));
    for (const tool of ['sh', ...TOOLS.filter((one) => one !== lacks)]) {
      const found = ['/usr/bin', '/bin'].map((folder) => join(folder, tool)).find(existsSync);
      if (found) symlinkSync(found, at('bin', tool));
    }
    const environment = `{ PATH: "${at('bin')}" }`;
    writeFiles(dir, {
      'p.yaml': `- hosts: h\n  ignore_errors: true\n  environment: ${environment}\n  tasks:\n${tasks}`,
    });
    const { tasks: told } = await runHere(dir, ['p.yaml', '-i', 'i.yaml', ...args]);
    return told.map(({ status, msg }) => `${status}: ${msg ?? ''}`);
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-lacks-'));
    writeFiles(dir, { 'i.yaml': 'all: { hosts: { h: { ansible_connection: local } } }\n' });
    symlinkSync('there', at('l'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is told so by the tasks that need it, and what is there is not changed', async () => {
    const link = `    - file: { path: ${at('l')}, state: link, src: there }\n`;
    assert.deepEqual(await play('readlink', link), ['ignored: h lacks readlink']);
    assert.deepEqual(await play('readlink', link, '--check'), ['ignored: h lacks readlink']);
    assert.deepEqual(await play('tar', link), ['ok: ']);
  });

  it('is told so also where it makes the end of a pipe', async () => {
    const archive = `    - unarchive: { src: a.tar, dest: ${at('d')} }\n`;
    mkdirSync(at('d'));
    execFileSync('tar', ['-cf', at('a.tar'), '-C', dir, 'i.yaml']);
    assert.deepEqual(await play('sed', archive), ['ignored: h lacks sed']);
    assert.deepEqual(await play('tr', archive), ['ignored: h lacks tr']);
    assert.deepEqual(readdirSync(at('d')), []);
  });

  it('is told so before a change begins', async () => {
    const link = `    - file: { path: ${at('l')}, state: link, src: p.yaml }\n`;
    assert.deepEqual(await play('mv', link), ['ignored: h lacks mv']);
    assert.ok(lstatSync(at('l')).isSymbolicLink());
  });

  it('is not told so where it is needless after all', async () => {
    const archive = `    - unarchive: { src: a.tar, dest: ${at('d')}, creates: ${at('l')} }\n`;
    writeFiles(dir, { 'a.tar': '', there: '' });
    assert.deepEqual(await play('tar', archive), ['ok: ']);
  });

  it('does not keep from work what needs it not, nor the commands of the user', async () => {
    const both = `    - file: { path: ${at('d')}, state: directory }\n    - shell: echo x\n`;
    assert.deepEqual(await play('xargs', both), ['changed: ', 'changed: ']);
  });

  it('is told so also where failed_when reads what it would have answered', async () => {
    const judged = `    - stat: { path: / }\n      register: s\n      failed_when: "!s.stat.exists"\n`;
    const [told = ''] = await play('stat', judged);
    assert.match(told, /^ignored: h lacks stat; and "s" has no "stat"/);
  });
});

describe('what a script needs', () => {
  const script = (text: string) => toolsOf({ kind: 'script', text });

  it('are the commands that its code names, not what its data says', () => {
    assert.deepEqual(script('s=$(stat -c %f "$b") && rm -f \'cat dog\' && stat x | xargs -0 rm'), [
      'stat',
      'rm',
      'xargs',
    ]);
    assert.deepEqual(toolsOf(sh`cat ${"it's mv"} && stat ${"'"} && od -c`), ['cat', 'stat', 'od']);
    assert.deepEqual(script('date=1; echo "$date" $id ./find /bin/cat --head wc=3'), []);
  });

  it('is on the page of what a host must have', () => {
    const page = readFileSync(new URL('../../docs/hosts.md', import.meta.url), 'utf8');
    const listed = (page.match(/`[^`]+`/g) ?? []).flatMap((words) => words.slice(1, -1).split(/\s+/));
    assert.deepEqual(
      TOOLS.filter((tool) => !listed.includes(tool)),
      [],
    );
  });
});
