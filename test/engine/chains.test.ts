import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TASKS, TEMPLATES, writeProject } from '../../bench/lib/work.ts';
import type { Connect } from '../../src/runner/contract/exchange.ts';
import { isTrouble } from '../../src/runner/contract/exchange.ts';
import { type RanHere, runHere, writeFiles } from './run-here.ts';

describe('chains', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-chains-'));
    mkdirSync(join(dir, 'host'));
    writeProject(dir);
    writeFiles(dir, {
      'inventory.yaml': `all:\n  hosts:\n    a: {ansible_connection: local, root: ${dir}/host, node: a}\n`,
    });
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** How many applies each exchange that had any took along. */
  async function run(playbook: string): Promise<{ ran: RanHere; chains: readonly number[] }> {
    const chains: number[] = [];
    const counted =
      (connect: Connect): Connect =>
      async (target) => {
        const conversation = await connect(target);
        if (isTrouble(conversation)) return conversation;
        const exchange = conversation.exchange.bind(conversation);
        conversation.exchange = (identity, fragments) => {
          const applies = fragments.filter(({ role }) => role === 'apply').length;
          if (applies > 0) chains.push(applies);
          return exchange(identity, fragments);
        };
        return conversation;
      };
    const ran = await runHere(dir, [playbook, '-i', 'inventory.yaml'], { run: 'test', who: 'test' }, counted);
    assert.deepEqual(ran.refused, []);
    return { ran, chains };
  }

  it('ten templates into one existing directory are one exchange', async () => {
    mkdirSync(join(dir, 'host/etc/conf.d'), { recursive: true });
    const tasks = TEMPLATES.map(
      ({ path, source }) => `    - template: {src: ${source}, dest: "{{ root }}/${path}", mode: "0644"}\n`,
    );
    writeFiles(dir, {
      'ten.yaml': `- hosts: all\n  vars: {region: r, operator: o, workers: "8", log_level: info}\n  tasks:\n${tasks.join('')}`,
    });
    const { ran, chains } = await run('ten.yaml');
    assert.deepEqual(chains, [10]);
    assert.equal(ran.recap!.hosts['a']!.changed, 10);
    assert.equal(ran.recap!.hosts['a']!.round_trips, 2);
  });

  it("the first run of the benchmark's tasks is six exchanges, the second one", async () => {
    const first = await run('playbook.yaml');
    assert.equal(first.ran.recap!.hosts['a']!.changed, TASKS);
    assert.deepEqual(first.chains, [1, 4, 13, 1, 1]);
    assert.equal(first.ran.recap!.hosts['a']!.round_trips, 6);
    const second = await run('playbook.yaml');
    assert.deepEqual(second.chains, []);
    assert.equal(second.ran.recap!.hosts['a']!.round_trips, 1);
  });

  it('stay as long as they may be, however many changes there are @slow', async () => {
    writeFiles(dir, {
      'many.yaml': `- hosts: all
  tasks:
    - {copy: {dest: "{{ root }}/{{ item }}", content: x}, loop: ${JSON.stringify([...Array(400).keys()])}}
`,
    });
    const { ran, chains } = await run('many.yaml');
    assert.deepEqual(chains, [65, 65, 65, 65, 65, 65, 10]);
    assert.equal(ran.recap!.hosts['a']!.round_trips, 8);
  });

  it('end where they would bring more than a small place for temporary files takes', async () => {
    const MiB = 1024 * 1024;
    for (const n of [...Array(12).keys()]) writeFiles(dir, { [`files/${n}`]: String(n).padEnd(MiB, '.') });
    writeFiles(dir, {
      'large.yaml': `- hosts: all
  tasks:
    - {copy: {dest: "{{ root }}/{{ item }}", src: "{{ item }}"}, loop: ${JSON.stringify([...Array(12).keys()].map(String))}}
`,
    });
    const { chains } = await run('large.yaml');
    assert.deepEqual(chains, [9, 3]);
  });

  it('no change is made behind a handler before those that the handler notifies', async () => {
    writeFiles(dir, {
      'handlers.yaml': `- hosts: all
  tasks:
    - {file: {path: "{{ root }}/d", state: directory}, notify: first}
    - {meta: flush_handlers}
    - {file: {path: "{{ root }}/d", state: directory, mode: "0700"}}
    - {copy: {dest: "{{ root }}/behind", content: x}}
  handlers:
    - {name: first, copy: {dest: "{{ root }}/of-handler", content: x}, notify: second}
    - {name: second, fail: {msg: on purpose}}
`,
    });
    const { ran, chains } = await run('handlers.yaml');
    assert.deepEqual(chains, [1, 1]);
    assert.equal(ran.recap!.hosts['a']!.failed, 1);
    assert.deepEqual(readdirSync(join(dir, 'host')).sort(), ['d', 'of-handler']);
    assert.notEqual(statSync(join(dir, 'host/d')).mode & 0o777, 0o700);
  });
});
