import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere, writeFiles } from '../engine/run-here.ts';

/** a, b and c are in the same groups and have no variables of their own; d has one. */
const INVENTORY = `all:
  vars: { ansible_connection: local, letters: { a: 1, c: 1 } }
  children:
    web: { hosts: { a: , b: , c: , d: { own: 1 } } }
`;

/** What is found on one host is taken for those that can't differ from it, and for no other. */
describe('hosts that are alike', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-alike-'));
    writeFiles(dir, {
      'i.yaml': INVENTORY,
      'roles/r/variables.yaml':
        'properties: { letter: { enum: [a, c], description: a letter } }\nrequired: [letter]\n',
      'roles/r/tasks/main.yaml': '- debug: { msg: "{{ letter }}" }\n',
    });
  });
  after(() => rmSync(dir, { recursive: true }));

  async function refused(play: string): Promise<string[]> {
    writeFiles(dir, { 'p.yaml': `- hosts: all\n${play}\n` });
    const { refused: found } = await runHere(dir, ['p.yaml', '-i', 'i.yaml', '--check']);
    return found.map(({ message }) => message);
  }

  const task = (text: string) => refused(`  tasks: [${text}]`);

  it('have the same mistakes', async () => {
    assert.deepEqual(await task('{ debug: { msg: "{{ nothing }}" } }'), [
      'there is no variable called "nothing"',
    ]);
    assert.deepEqual(await task('{ debug: { msg: "{{ own }}" } }'), [
      'there is no variable called "own" (on a, b, c)',
    ]);
    assert.deepEqual(await task('{ debug: { msg: "{{ nothing }}" }, when: inventory_hostname != "a" }'), [
      'there is no variable called "nothing" (on b, c, d)',
    ]);
  });

  it('differ where their name is read, also through a variable, a template or a role', async () => {
    const both = ['"letters" has no such field or item (on b, d)'];
    const expression = '{ assert: { that: ["letters[inventory_hostname] == 1"] } }';
    assert.deepEqual(await task(expression), both);
    const through = 'vars: { me: "{{ inventory_hostname }}" }';
    assert.deepEqual(await task(`{ assert: { that: ["letters[me] == 1"] }, ${through} }`), both);
    writeFiles(dir, { 'templates/t': '{{#if (eq inventory_hostname "b")}}{{ letters.b }}{{/if}}' });
    const template = '{ template: { src: t, dest: /nowhere/x, mode: "0644" } }';
    assert.deepEqual(await task(template), ['"letters" has no "b" (on b)']);
    const given = 'letter: "{{ inventory_hostname }}"';
    assert.deepEqual(await refused(`  roles: [{ role: r, ${given} }]`), [
      '"letter" must be a or c (on b, d)',
    ]);
  });

  it('differ where a condition around reads their name, whatever stands beside it', async () => {
    const both = ['"letters" has no such field or item (on b, d)'];
    assert.deepEqual(await task('{ debug: { msg: x }, when: "letters[inventory_hostname] == 1" }'), both);
    const through = 'vars: { me: "{{ inventory_hostname }}" }';
    assert.deepEqual(
      await task(`{ debug: { msg: x }, when: [1 == 1, "letters[me] == 1"], ${through} }`),
      both,
    );
    const block = (when: string) =>
      task(`{ block: [{ debug: { msg: x } }, { debug: { msg: "{{ own }}" } }], when: ${when} }`);
    assert.deepEqual(await block('inventory_hostname != "a"'), [
      'there is no variable called "own" (on b, c)',
    ]);
    assert.deepEqual(await block('group_names.size() > 0'), [
      'there is no variable called "own" (on a, b, c)',
    ]);
    writeFiles(dir, { 'more.yaml': '- debug: { msg: "{{ own }}" }\n' });
    assert.deepEqual(await task('{ include_tasks: more.yaml, when: inventory_hostname == "b" }'), [
      'there is no variable called "own" (on b)',
    ]);
  });

  it('differ where a task is delegated to one of them', async () => {
    const bad = 'vars: { ansible_become: 3 }, delegate_to: b';
    assert.deepEqual(await task(`{ command: id, ${bad} }`), ['become must be true or false (on b)']);
  });
});
