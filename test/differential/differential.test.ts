import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeProcess, runFake } from '../cli/fake-process.ts';
import { type Case, parseCorpus, writeCase } from '../corpus/corpus.ts';
import { type Ended, startAnsible } from './ansible.ts';
import { countsOfAnsible, countsOfOurs, HOSTS, treeOf } from './compare.ts';

const HERE = import.meta.dirname;
const INVENTORY = `all:
  vars:
    ansible_connection: local
    ansible_python_interpreter: /usr/bin/python3
    level: all
    d: "{{ playbook_dir }}/h/{{ inventory_hostname }}"
  children:
    web: { hosts: { a: { n: 1 }, b: { n: 2 } }, vars: { level: web } }
    db: { hosts: { c: { n: 3, level: host } } }
`;

const families = readdirSync(HERE)
  .filter((name) => name.endsWith('.txt'))
  .map((file) => ({
    family: file.replace('.txt', ''),
    cases: parseCorpus(readFileSync(join(HERE, file), 'utf8'), { 'inv.yaml': INVENTORY }),
  }));

/** A project, ready to be run: each host has a directory of its own below `h`. */
function prepared(one: Case, dir: string): string {
  mkdirSync(dir);
  for (const host of HOSTS) mkdirSync(join(dir, 'h', host), { recursive: true });
  writeCase(one, dir);
  return dir;
}

/**
 * Every playbook is run by Debian's ansible-playbook and by us, each in a directory of its own. What hosts look like
 * afterwards must be the same, and the counts of the recap, and the exit code.
 */
describe('as Ansible does it @host', function () {
  this.timeout(240_000);
  let root: string;
  const theirs = new Map<Case, Promise<Ended>>();
  const all = families.flatMap(({ cases }) => cases);

  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'mama-differential-')));
    const wanted = process.env['ONLY'] ?? '';
    const chosen = all.filter(({ title }) => title.includes(wanted));
    const jobs = chosen.map((one) => ({
      dir: prepared(one, join(root, `theirs-${all.indexOf(one)}`)),
      args: one.args,
    }));
    const ended = startAnsible(root, jobs);
    for (const [at, one] of chosen.entries()) theirs.set(one, ended[at]!);
  });
  // Ansible tidies up behind itself for a moment after it has ended.
  after(() => rmSync(root, { recursive: true, maxRetries: 20, retryDelay: 250 }));

  it('in at least 60 playbooks', () => assert.ok(all.length >= 60, `${all.length}`));

  for (const { family, cases } of families) {
    describe(family, () => {
      for (const one of cases) {
        it(one.title, async () => {
          const dir = prepared(one, join(root, `ours-${all.indexOf(one)}`));
          const ours = await runFake(new FakeProcess(dir, { PATH: process.env['PATH'] ?? '' }), [
            ...one.args,
            '--output',
            'json',
          ]);
          const other = await theirs.get(one)!;
          const told = `--- ours\n${ours.out}${ours.err}\n--- Ansible\n${other.out}`;
          const expected = { code: other.code, counts: countsOfAnsible(other.out), tree: treeOf(other.dir) };
          const actual = { code: ours.code, counts: countsOfOurs(ours.out), tree: treeOf(dir) };
          assert.doesNotMatch(other.out, /ERROR!/, told);
          assert.deepEqual(actual, expected, told);
        });
      }
    });
  }
});
