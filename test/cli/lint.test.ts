import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from '../engine/run-here.ts';
import { FakeProcess, runFake } from './fake-process.ts';

const GOOD = '- hosts: web\n  tasks: [{ debug: { msg: "{{ port }}" } }]\n';
const WRONG = '# one\n- hosts: web\n  tasks:\n    - debgu: { msg: x }\n    - fail: { masg: x }\n';
const NOTE = 'note: without an inventory (-i), what hangs on hosts and their variables is not checked\n';

describe('mama-play lint', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-lint-'));
    writeFiles(dir, {
      'inv.yaml': 'all: { children: { web: { hosts: { w1: { port: 1 } } } } }\n',
      'portless.yaml': 'all: { children: { web: { hosts: { w1: } } } }\n',
    });
    for (const folder of ['books', 'books/deep er', 'books/roles', 'books/group_vars', 'none'])
      mkdirSync(join(dir, folder));
    writeFiles(dir, {
      'books/good.yaml': GOOD,
      'books/deep er/wrong.yml': WRONG,
      'books/roles/no.yaml': '- not: a play\n',
      'books/group_vars/elsewhere.yaml': 'x: 1\n',
      'books/vars.yaml': 'x: 1\n',
      'books/notes.txt': '- not: yaml\n',
    });
  });
  after(() => rmSync(dir, { recursive: true }));

  const lint = (...words: string[]) => runFake(new FakeProcess(dir), ['lint', ...words]);

  it('needs no hosts, and says what that leaves out', async () => {
    const told = { code: 0, out: '1 playbook: nothing is wrong\n', err: NOTE };
    assert.deepEqual(await lint('books/good.yaml'), told);
  });

  it('checks for the hosts of an inventory', async () => {
    assert.deepEqual(await lint('books/good.yaml', '-i', 'inv.yaml'), {
      code: 0,
      out: '1 playbook: nothing is wrong\n',
      err: '',
    });
    const { code, out } = await lint('books/good.yaml', '-i', 'portless.yaml');
    assert.equal(code, 1);
    assert.match(out, /^books\/good\.yaml:2:\d+: error: there is no variable called "port"/);
    assert.match(out, /\n1 playbook: 1 error, 0 warnings\n$/);
  });

  it('shows the line of a value that can only be found wrong with the variables of a host', async () => {
    const play = (words: string) =>
      `- hosts: web\n  vars: { l: [a] }\n  tasks:\n    - { command: w, ${words} }\n`;
    for (const [words, told] of [
      ['delegate_to: "{{ l }}"', 'delegate_to must name a host'],
      ['become: true, become_user: "{{ l }}"', 'become_user must name a user, not ["a"]'],
      ['become: "{{ l }}"', 'become must be true or false'],
      ['environment: "{{ l }}"', 'environment must be a map of names and values'],
    ] as const) {
      writeFiles(dir, { 'value.yaml': play(words) });
      const { out } = await lint('value.yaml', '-i', 'inv.yaml');
      const column = play(words).split('\n')[3]!.indexOf('"') + 1;
      const excerpt = `  4 |     - { command: w, ${words} }\n    | ${' '.repeat(column - 1)}^\n`;
      assert.equal(
        out,
        `value.yaml:4:${column}: error: ${told}\n${excerpt}1 playbook: 1 error, 0 warnings\n`,
      );
    }
    rmSync(join(dir, 'value.yaml'));
  });

  it('finds the playbooks of a directory, each once, and leaves other YAML alone', async () => {
    const { code, out } = await lint('books', 'books/good.yaml');
    assert.equal(code, 1);
    assert.match(out, /^books\/deep er\/wrong\.yml:4:7: error: there is no task type "debgu"\n/);
    assert.match(out, /\n2 playbooks: 2 errors, 0 warnings\n$/);
  });

  it('tells programs one event per finding', async () => {
    const { out } = await lint('books', '--output', 'json');
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(events, [
      {
        event: 'error',
        code: 'unknown-task-type',
        at: 'books/deep er/wrong.yml:4:7',
        msg: 'there is no task type "debgu"',
        hint: 'did you mean "debug"?',
      },
      {
        event: 'error',
        code: 'unknown-parameter',
        at: 'books/deep er/wrong.yml:5:15',
        msg: '"fail" has no parameter "masg"',
        hint: 'did you mean "msg"?',
      },
    ]);
  });

  it('writes SARIF with relative places', async () => {
    assert.equal((await lint('books', 'gone.yaml', '--sarif', 'out.sarif')).code, 1);
    const { version, runs } = JSON.parse(readFileSync(join(dir, 'out.sarif'), 'utf8'));
    assert.equal(version, '2.1.0');
    const [{ tool, results }] = runs;
    assert.deepEqual(
      tool.driver.rules.map(({ id }: { id: string }) => id),
      ['missing-file', 'unknown-parameter', 'unknown-task-type'],
    );
    assert.deepEqual(results[1], {
      ruleId: 'unknown-task-type',
      ruleIndex: 2,
      level: 'error',
      message: { text: 'there is no task type "debgu"\ndid you mean "debug"?' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'books/deep%20er/wrong.yml' },
            region: { startLine: 4, startColumn: 7, endColumn: 12 },
          },
        },
      ],
    });
    assert.equal(results[0].ruleId, 'missing-file');
    assert.equal(results[0].locations, undefined);
    for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex].id, ruleId);
  });

  it('refuses what is no playbook', async () => {
    assert.match((await lint('none')).out, /^error: there is no playbook in none\n/);
    assert.match((await lint()).err, /^mama-play: no playbook was given/);
    assert.match((await lint('books', '-l', 'w1')).err, /^mama-play: --limit goes with an inventory/);
    assert.match(
      (await lint('books', '--sarif', 'no/where')).err,
      /error: no\/where can't be written: ENOENT\n$/,
    );
  });

  it('its help has 80 columns at most', async () => {
    const { out } = await lint('--help');
    assert.deepEqual(
      out.split('\n').filter((line) => [...line].length > 80),
      [],
    );
  });
});
