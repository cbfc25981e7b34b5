import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDiagnostic } from '../../src/runner/report/diagnostic.ts';
import { paintFor } from '../../src/runner/report/paint.ts';
import { runHere, writeFiles } from '../engine/run-here.ts';

/** What is registered, and by whom. */
const REGISTERED = `
    - { command: uptime, register: result }
    - { stat: { path: /x }, register: st }
    - { command: "echo {{ item }}", loop: [a, b], register: many }
    - { stat: { path: /y }, register: both }
    - { command: uptime, register: both }
    - { uri: { url: "http://localhost" }, register: tried, until: tried.status == 200 }
    - { set_fact: { made: { a: 1 } } }
`;

describe('what is known of a value before it is there', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-shapes-'));
    writeFiles(dir, {
      'i.yaml': 'all: { hosts: { h: { ansible_connection: local, limit: 12, port: "80" } } }\n',
      'roles/r/variables.yaml':
        'properties:\n  count: { type: integer, default: 3, description: how many }\n  loose: { description: anything }\n',
      'roles/s/tasks/main.yaml': '- debug: { msg: "{{ loose }}" }\n',
      'templates/behind.txt': 'up: {{ through }}\n',
      'templates/t.txt': 'up: {{ result.stdot }}\n',
    });
  });
  after(() => rmSync(dir, { recursive: true }));

  /** All that is refused of a play of these tasks, behind those that register. */
  async function refused(tasks: string): Promise<string[]> {
    writeFiles(dir, {
      'p.yaml': `- hosts: all\n  vars: { default_of: 1, both_given: x, through: '{{ result.sdtout }}' }\n  tasks:${REGISTERED}${tasks}\n`,
    });
    const { refused: found } = await runHere(dir, ['p.yaml', '-i', 'i.yaml', '--check']);
    return found.map(({ message, hint }) => (hint === undefined ? message : `${message}; ${hint}`));
  }

  const STDOUT = 'did you mean "stdout"?';
  const WRONG: Readonly<Record<string, readonly [task: string, said: string]>> = {
    when: ['{ debug: { msg: x }, when: result.stdot != "" }', `"result" has no "stdot"; ${STDOUT}`],
    'a template': ['{ debug: { msg: "{{ result.stdot }}" } }', `"result" has no "stdot"; ${STDOUT}`],
    'a template file': [
      '{ template: { src: t.txt, dest: /tmp/none, mode: "0644" } }',
      `"result" has no "stdot"; ${STDOUT}`,
    ],
    'a variable that a text reads': [
      '{ vars: { w: "{{ result.stdot }}" }, debug: { msg: "{{ w }}" } }',
      `"result" has no "stdot"; ${STDOUT}`,
    ],
    'a variable of a variable of the play': [
      '{ vars: { w: "<{{ through }}>" }, debug: { msg: x }, when: w != "" }',
      `"result" has no "sdtout"; ${STDOUT}`,
    ],
    'a variable that a role is given': [
      '{ import_role: { name: s }, vars: { loose: "{{ result.stdot }}" } }',
      `"result" has no "stdot"; ${STDOUT}`,
    ],
    'a variable that is made of itself, too': [
      '{ vars: { w: "{{ result.stdot }}{{ w }}" }, debug: { msg: "{{ w }}" } }',
      `"result" has no "stdot"; ${STDOUT}`,
    ],
    'a variable in a template file': [
      '{ template: { src: behind.txt, dest: /tmp/none, mode: "0644" } }',
      `"result" has no "sdtout"; ${STDOUT}`,
    ],
    'a field of a variable that is a result': [
      '{ vars: { w: "{{ result }}" }, debug: { msg: "{{ w.stdot }}" } }',
      `"w" has no "stdot"; ${STDOUT}`,
    ],
    that: ['{ assert: { that: [\'result.stdot == ""\'] } }', `"result" has no "stdot"; ${STDOUT}`],
    'changed_when, of its own result': [
      '{ command: x, register: own, changed_when: own.rcc == 0 }',
      '"own" has no "rcc"; did you mean "rc"?',
    ],
    failed_when: [
      '{ command: x, register: own, failed_when: own.rc == "0" }',
      '"==" can\'t compare a whole number and text; write int(x) or string(x) around one of them',
    ],
    until: ['{ command: x, register: own, until: own.sdtout == "" }', `"own" has no "sdtout"; ${STDOUT}`],
    'a condition that decides nothing': [
      '{ debug: { msg: x }, when: result.rc }',
      'a condition must be true or false, and this is a whole number; compare it: x == …',
    ],
    'the result of a loop': [
      '{ debug: { msg: "{{ many.stdout }}" } }',
      '"many" has no "stdout"; it has: changed, failed, skipped, msg, results',
    ],
    'the results of a loop, in CEL': [
      '{ debug: { msg: x }, when: "many.results.all(r, r.sdtout == \'\')" }',
      `"r" has no "sdtout"; ${STDOUT}`,
    ],
    'the results of a loop, in each': [
      '{ debug: { msg: "{{#each many.results as |r|}}{{ r.item }}{{ r.sdtout }}{{/each}}" } }',
      `"r" has no "sdtout"; ${STDOUT}`,
    ],
    'an item of a loop over results': [
      '{ debug: { msg: "{{ item.sdtout }}" }, loop: "{{ many.results }}" }',
      `"item" has no "sdtout"; ${STDOUT}`,
    ],
    'an item of a loop over some of them': [
      '{ debug: { msg: "{{ item.rcc }}" }, loop: "many.results.filter(r, r.changed)" }',
      '"item" has no "rcc"; did you mean "rc"?',
    ],
    'an item of a block': [
      '{ loop: "{{ many.results }}", block: [{ debug: { msg: "{{ item.rcc }}" } }] }',
      '"item" has no "rcc"; did you mean "rc"?',
    ],
    'a field of a field': [
      '{ debug: { msg: "{{ st.stat.exits }}" } }',
      '"st.stat" has no "exits"; did you mean "exists"?',
    ],
    'a field of a text': [
      '{ debug: { msg: "{{ result.stdout.first }}" } }',
      '"result.stdout" is text and has no "first"',
    ],
    'what two types register': [
      '{ debug: { msg: "{{ both.stat.exists }} {{ both.stdout }} {{ both.sdtout }}" } }',
      `"both" has no "sdtout"; ${STDOUT}`,
    ],
    'attempts, where nothing is tried again': [
      '{ debug: { msg: "{{ tried.attempts }} {{ result.attempts }}" } }',
      '"result" has no "attempts"; it has: changed, failed, skipped, msg, cmd, rc, stdout, stderr, stdout_lines, stderr_lines',
    ],
    'the failed task': [
      '{ block: [{ fail: { msg: x } }], rescue: [{ debug: { msg: "{{ ansible_failed_task.nmae }}" } }] }',
      '"ansible_failed_task" has no "nmae"; did you mean "name"?',
    ],
    'an undefined name in a loop that is not known yet': [
      '{ debug: { msg: "{{ itme }}" }, loop: "{{ many.results }}" }',
      'there is no variable called "itme"; did you mean "item"?',
    ],
  };

  for (const [where, [task, said]] of Object.entries(WRONG)) {
    it(`refuses what can't be: ${where}`, async () =>
      assert.deepEqual(await refused(`    - ${task}`), [said]));
  }

  it('shows the place', async () => {
    writeFiles(dir, {
      'p.yaml': `- hosts: all\n  tasks:\n    - { command: uptime, register: result }\n    - { debug: { msg: x }, when: result.stdot != "" }\n`,
    });
    const { refused: found } = await runHere(dir, ['p.yaml', '-i', 'i.yaml', '--check']);
    assert.equal(
      found.map((diagnostic) => formatDiagnostic(diagnostic, paintFor(false))).join(''),
      `p.yaml:4:41: error: "result" has no "stdot"
  4 |     - { debug: { msg: x }, when: result.stdot != "" }
    |                                         ^^^^^
  did you mean "stdout"?
`,
    );
  });

  it("takes a role's inputs as they are declared, also behind what is not known", async () => {
    writeFiles(dir, {
      'roles/r/tasks/main.yaml': '- debug: { msg: x }\n  when: result.changed && count == "3"\n',
    });
    assert.deepEqual(await refused('    - import_role: { name: r }'), [
      '"==" can\'t compare a whole number and text; write int(x) or string(x) around one of them',
    ]);
  });

  it('is silent where it is not sure', async () => {
    writeFiles(dir, {
      'roles/r/tasks/main.yaml':
        '- debug: { msg: x }\n  when: result.changed && (loose == "3" || loose == 3)\n',
    });
    const sound = `
    - { debug: { msg: "{{ default result.foo 1 }} {{#if (defined result.bar)}}{{ result.bar }}{{/if}}" } }
    - { debug: { msg: x }, when: has(result.foo) && result.foo == 1 }
    - { debug: { msg: x }, when: has(st.stat.foo.bar) && st.stat.foo.bar == 1 }
    - { debug: { msg: x }, when: '"foo" in result && result.foo == 1' }
    - { debug: { msg: x }, when: result.changed && (limit == "12" || port == 80) }
    - { debug: { msg: x }, when: 'result.changed && type(limit) == int && limit == 12' }
    - { debug: { msg: x }, when: result.skipped || result.failed || result.msg == "" }
    - { debug: { msg: "{{ made.b.c }} {{ tried.json.a.b }} {{ tried.attempts }}" }, when: result.changed }
    - { debug: { msg: "{{ result.stdout_lines.length }}{{ result.stdout_lines.[0] }}" } }
    - { debug: { msg: x }, when: 'result.stdout_lines[0] == "a" && result["rc"] == 0' }
    - { debug: { msg: x }, when: 'many.results.exists(r, r.item == "a" && r.rc == 0)' }
    - { debug: { msg: x }, loop: "{{ many.results }}", loop_control: { label: "{{ item.item }}", index_var: i }, when: i > 0 }
    - { vars: { w: "{{ result.foo }}" }, debug: { msg: "{{ default w 1 }} {{ default_of }}" } }
    - { vars: { w: "{{ result.foo }}", u: "{{ result.rc }}" }, debug: { msg: "{{ u }}" } }
    - { vars: { w: "{{ result }}" }, debug: { msg: "{{ w.rc }}" }, when: w.rc == 0 }
    - { command: x, register: default_of, when: default_of == 1 || default_of.rc == 0 || default_of.foo }
    - { import_role: { name: r }, vars: { loose: 1 } }`;
    assert.deepEqual(await refused(sound), []);
  });
});
