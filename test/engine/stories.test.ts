import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskEvent } from '../../src/runner/contract/event.ts';
import { Secrets } from '../../src/runner/contract/secret.ts';
import { exitCode } from '../../src/runner/engine/exit-code.ts';
import { type Entry, JournalWriter } from '../../src/runner/engine/journal.ts';
import { Past } from '../../src/runner/engine/past.ts';
import type { Stop } from '../../src/runner/engine/run.ts';
import { Marks } from '../../src/runner/engine/unit.ts';
import { type RanHere, runHere, writeFiles } from './run-here.ts';

/** `host task status`, with marks for items, handlers and rescued failures. */
function line(event: TaskEvent): string {
  const item = event.item === undefined ? '' : `[${event.item}]`;
  const marks = [event.handler ? 'handler' : '', event.rescued ? 'rescued' : ''].filter(
    (mark) => mark !== '',
  );
  return [event.host, `${event.task}${item}`, event.status, ...marks].join(' ');
}

function counts(ran: RanHere, host: string): Record<string, unknown> {
  const { round_trips: _t, bytes_sent: _s, bytes_received: _r, ...rest } = ran.recap!.hosts[host]!;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== 0));
}

function states(ran: RanHere): Record<string, string> {
  return Object.fromEntries(Object.entries(ran.recap!.hosts).map(([host, { state }]) => [host, state]));
}

describe('stories of whole playbooks', function () {
  this.timeout(60_000);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-story-'));
    for (const host of ['a', 'b', 'c']) mkdirSync(join(dir, 'hosts', host), { recursive: true });
    const host = (name: string) => `    ${name}: {root: ${join(dir, 'hosts', name)}}\n`;
    writeFiles(dir, {
      'inventory.yaml': `all:\n  vars: {ansible_connection: local}\n  hosts:\n${['a', 'b', 'c'].map(host).join('')}`,
    });
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function run(playbook: string, ...args: string[]): Promise<RanHere> {
    writeFiles(dir, { 'play.yaml': playbook });
    const ran = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml', ...args]);
    assert.deepEqual(ran.refused, []);
    return ran;
  }

  async function tell(playbook: string, ...args: string[]): Promise<string[]> {
    return (await run(playbook, ...args)).tasks.map(line);
  }

  it('a loop over what only some hosts have is for those, where a condition says so', async () => {
    const told = await tell(`
- hosts: a
  tasks:
    - {name: elsewhere, debug: {msg: x}, loop: "{{ sites }}", when: 'inventory_hostname == "none"'}
    - {name: asked for, debug: {msg: x}, loop: 'sites.map(s, s.name)', when: [has(vars.sites), item != "x"]}
    - name: group
      loop: "{{ sites }}"
      when: has(vars.sites)
      block: [{name: within, debug: {msg: x}}]
`);
    assert.deepEqual(told, ['a elsewhere skipped', 'a asked for skipped', 'a group skipped']);
  });

  it('a handler runs once per use of its role where a variable of the inventory is made of what the use was given', async () => {
    writeFiles(dir, {
      'roles/web/tasks/main.yaml': '- {name: say, command: echo hi, notify: reload}\n',
      'roles/web/handlers/main.yaml': '- {name: reload, shell: "echo {{ unit }} >> {{ root }}/log"}\n',
      'group_vars/all.yaml': 'unit: "app-{{ x }}"\n',
    });
    await run('- {hosts: a, roles: [{role: web, x: 1}, {role: web, x: 2}]}\n');
    assert.equal(readFileSync(join(dir, 'hosts/a/log'), 'utf8'), 'app-1\napp-2\n');
  });

  it('a rescued failure counts as rescued and nothing else, and the play goes on', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - block:
        - {name: breaks, fail: {msg: no}}
        - {name: never, debug: {msg: x}}
      rescue:
        - {name: mends, debug: {msg: "after {{ ansible_failed_task.name }}"}}
      always:
        - {name: always, debug: {msg: x}}
    - {name: on, debug: {msg: x}}
`);
    assert.deepEqual(ran.tasks.map(line), [
      'a breaks failed rescued',
      'a mends ok',
      'a always ok',
      'a on ok',
    ]);
    assert.equal(ran.tasks[1]!.msg, 'after breaks');
    assert.deepEqual(counts(ran, 'a'), { ok: 3, rescued: 1, state: 'done' });
    assert.equal(exitCode(ran.recap!, { interrupted: false, detailed: false }), 0);
  });

  it('what the operator interrupts is not rescued, and a resumed run takes no way round it', async () => {
    writeFiles(dir, {
      'play.yaml': `
- hosts: a
  tasks:
    - block:
        - {name: breaks, shell: "echo {{ item }} >> {{ root }}/log", loop: [1, 2]}
      rescue:
        - {name: mends, debug: {msg: x}}
      always:
        - {name: always, debug: {msg: x}}
`,
    });
    const args = ['play.yaml', '-i', 'inventory.yaml'];
    const holder = { run: 'test', who: 'test' };
    const key = Buffer.alloc(32);
    const journal: string[] = [];
    let stop: Stop;
    const ran = await runHere(dir, args, holder, undefined, (plays) => ({
      onStart: (means) => {
        stop = means;
      },
      journal: new JournalWriter(new Marks(plays, key), new Secrets(), (line) => {
        journal.push(line);
        if (line.startsWith('{"e":"came"')) stop.gently();
      }),
    }));
    assert.deepEqual(ran.tasks.map(line), ['a breaks[1] changed', 'a breaks failed']);
    assert.equal(ran.tasks[1]!.msg, 'interrupted: 1 of 2 items were done');
    assert.deepEqual(counts(ran, 'a'), { failed: 1, state: 'interrupted' });
    const resumed = await runHere(dir, args, holder, undefined, (plays) => ({
      past: new Past(
        journal.map((entry): Entry => JSON.parse(entry)),
        new Marks(plays, key),
        'before',
        false,
      ),
    }));
    assert.deepEqual(resumed.tasks.map(line), [
      'a breaks[1] ok',
      'a breaks[2] changed',
      'a breaks changed',
      'a always ok',
    ]);
    assert.equal(readFileSync(join(dir, 'hosts/a/log'), 'utf8'), '1\n2\n');
  });

  it('behind an always a host has failed all the same, and takes no part in what comes', async () => {
    const ran = await run(`
- hosts: all
  tasks:
    - block: [{ name: bad, fail: { msg: no }, when: inventory_hostname == "a" }]
      always: [{ name: clean, debug: { msg: x }, when: inventory_hostname == "a" }]
    - { name: never, debug: { msg: x }, when: inventory_hostname == "a" }
- hosts: all
  tasks: [{ name: next, debug: { msg: x } }]
`);
    assert.deepEqual(counts(ran, 'a'), { ok: 1, failed: 1, state: 'failed' });
    assert.deepEqual(counts(ran, 'b'), { ok: 1, skipped: 3, state: 'done' });
    assert.equal(exitCode(ran.recap!, { interrupted: false, detailed: false }), 2);
  });

  it('a play that no host came to the end of ends the run: what comes may need what it does', async () => {
    const ran = await run(`
- hosts: a
  tasks: [{ name: bad, fail: { msg: no } }]
- hosts: b
  tasks: [{ name: next, debug: { msg: x } }]
`);
    assert.deepEqual(ran.tasks.map(line), ['a bad failed']);
    assert.deepEqual(counts(ran, 'b'), { state: 'interrupted' });
    assert.equal(exitCode(ran.recap!, { interrupted: false, detailed: false }), 2);
  });

  it('what failed and is ignored changed something all the same', async () => {
    const ran = await run(`
- hosts: a
  tasks: [{ name: bad, shell: exit 1, loop: [1, 2], ignore_errors: true }]
`);
    assert.deepEqual(counts(ran, 'a'), { ok: 1, changed: 1, ignored: 1, state: 'done' });
  });

  it('an ignored failure counts as ok and ignored; a failure ends the host and nobody else', async () => {
    const ran = await run(`
- hosts: all
  tasks:
    - {name: bad, fail: {msg: no}, ignore_errors: true}
    - {name: worse, fail: {msg: no}, when: inventory_hostname == "b"}
    - {name: on, debug: {msg: x}}
`);
    assert.deepEqual(counts(ran, 'a'), { ok: 2, ignored: 1, skipped: 1, state: 'done' });
    assert.deepEqual(counts(ran, 'b'), { ok: 1, ignored: 1, failed: 1, state: 'failed' });
    assert.deepEqual(counts(ran, 'c'), { ok: 2, ignored: 1, skipped: 1, state: 'done' });
    assert.equal(exitCode(ran.recap!, { interrupted: false, detailed: false }), 2);
  });

  it('handlers run once, at the flush, in order of definition, also by topic, and may notify handlers', async () => {
    const told = await tell(`
- hosts: a
  tasks:
    - {name: one, debug: {msg: x}, changed_when: true, notify: [second, topic]}
    - {name: two, debug: {msg: x}, changed_when: true, notify: second}
    - {name: quiet, debug: {msg: x}, notify: never}
    - meta: flush_handlers
    - {name: three, debug: {msg: x}}
  handlers:
    - {name: first, debug: {msg: x}, listen: topic, changed_when: true, notify: third}
    - {name: never, debug: {msg: x}}
    - {name: second, debug: {msg: x}}
    - {name: third, debug: {msg: x}}
`);
    assert.deepEqual(told, [
      'a one changed',
      'a two changed',
      'a quiet ok',
      'a first changed handler',
      'a second ok handler',
      'a third ok handler',
      'a three ok',
    ]);
  });

  it('a failed host runs its notified handlers only with force_handlers', async () => {
    const playbook = (force: boolean) => `
- hosts: a
  force_handlers: ${force}
  tasks:
    - {name: one, debug: {msg: x}, changed_when: true, notify: h}
    - {name: bad, fail: {msg: no}}
  handlers:
    - {name: h, debug: {msg: x}}
`;
    assert.deepEqual(await tell(playbook(false)), ['a one changed', 'a bad failed']);
    assert.deepEqual(await tell(playbook(true)), ['a one changed', 'a bad failed', 'a h ok handler']);
  });

  it('a loop tells each item, then itself; all items run even if one fails', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - name: each
      assert: {that: ['item != "y"']}
      loop: [x, y, z]
      register: r
      ignore_errors: true
    - name: results
      debug: {msg: "{{ r.results.length }} {{ r.results.[1].failed }}"}
    - {name: none, debug: {msg: x}, loop: []}
`);
    assert.deepEqual(ran.tasks.map(line), [
      'a each[x] ok',
      'a each[y] failed',
      'a each[z] ok',
      'a each ignored',
      'a results ok',
      'a none skipped',
    ]);
    assert.equal(ran.tasks[3]!.items, 3);
    assert.equal(ran.tasks[4]!.msg, '3 true');
  });

  it('a looped block runs whole rounds and counts each task each round', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - loop: [1, 2]
      block:
        - {name: one, debug: {msg: "{{ item }}"}}
        - {name: two, debug: {msg: "{{ item }}"}}
`);
    assert.deepEqual(
      ran.tasks.map((event) => `${line(event)} ${event.msg}`),
      ['a one ok 1', 'a two ok 1', 'a one ok 2', 'a two ok 2'],
    );
    assert.deepEqual(counts(ran, 'a'), { ok: 4, state: 'done' });
  });

  it('an include whose condition reads the item is gone through for those items only', async () => {
    writeFiles(dir, { 'more.yaml': '- {name: "more {{ item }}", debug: {msg: x}}\n' });
    const playbook = (when: string) => `
- hosts: a
  tasks:
    - {name: makes, shell: echo 2, register: made, changed_when: false}
    - {name: brings, include_tasks: more.yaml, loop: [1, 2, 3], when: ${when}}
`;
    assert.deepEqual(await tell(playbook('[item != 2, has(made.stdout)]')), [
      'a makes ok',
      'a brings ok',
      'a more 1 ok',
      'a more 3 ok',
    ]);
    assert.deepEqual(await tell(playbook('item > 3')), ['a makes ok', 'a brings skipped']);
    assert.deepEqual(await tell(playbook('string(item) == made.stdout')), [
      'a makes ok',
      'a brings ok',
      'a more 2 ok',
    ]);
    writeFiles(dir, { 'play.yaml': playbook('item.use') });
    const { refused } = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml']);
    assert.deepEqual(
      refused.map(({ code, at }) => `${code} ${at?.line}`),
      ['undefined-field 5'],
    );
  });

  it('check mode: a task that only says that it changes something would change it', async () => {
    const ran = await run(
      `
- hosts: a
  tasks:
    - {name: says, debug: {msg: x}, changed_when: true, notify: h}
  handlers:
    - {name: h, copy: {dest: "{{ root }}/h", content: x}}
`,
      '--check',
    );
    assert.deepEqual(ran.tasks.map(line), ['a says would_change', 'a h would_change handler']);
    assert.equal(ran.recap!.hosts['a']!.changed, 0);
  });

  it('check mode: what another host is yet to register is unknown in hostvars, and the rest is known', async () => {
    const play = `
- hosts: a
  tasks:
    - {command: echo x, register: r}
    - {set_fact: {shared: "{{ r.stdout }}"}}
- hosts: b
  gather_facts: false
  vars: {one: [a]}
  tasks:
    - {name: path, debug: {msg: "{{ hostvars.a.shared }}"}}
    - {name: lookup, debug: {msg: "{{#each one as |h|}}{{ json (lookup (lookup @root.hostvars h) 'r') }}{{/each}}"}}
    - {name: default, debug: {msg: "{{ default hostvars.a.shared 'none' }}"}}
    - {name: whole, debug: {var: hostvars.a}}
    - {name: cel, debug: {msg: x}, when: hostvars.a.shared == "x"}
    - {name: has, debug: {msg: x}, when: has(hostvars.a.shared)}
    - {name: other, debug: {msg: "{{ hostvars.a.root }}"}, when: hostvars.a.inventory_hostname == "a"}
`;
    const told = (ran: RanHere) => ran.tasks.filter(({ host }) => host === 'b').map(line);
    const names = ['path', 'lookup', 'default', 'whole', 'cel', 'has'];
    const checked = await run(play, '--check');
    assert.deepEqual(told(checked), [...names.map((name) => `b ${name} unknown`), 'b other ok']);
    const real = await run(play);
    assert.deepEqual(
      told(real),
      [...names, 'other'].map((name) => `b ${name} ok`),
    );
  });

  it('a role that declares its inputs may be given the item of a loop around it', async () => {
    writeFiles(dir, {
      'roles/svc/variables.yaml':
        'type: object\nrequired: [service]\nproperties:\n  service: {type: string, description: Its name}\n',
      'roles/svc/tasks/main.yaml': '- {name: say, debug: {msg: "{{ service }}"}, notify: h}\n',
      'roles/svc/handlers/main.yaml': '- {name: h, debug: {msg: x}}\n',
      'roles/outer/tasks/main.yaml':
        '- include_role: {name: svc}\n  loop: [a, b]\n  loop_control: {loop_var: it}\n  vars: {service: "x{{ it }}"}\n',
    });
    const ran = await run(`
- hosts: a
  roles: [outer]
  tasks:
    - block:
        - import_role: {name: svc}
          vars: {service: "y{{ item }}"}
      loop: "{{ names }}"
  vars: {names: [c, d]}
`);
    const said = ran.tasks.filter(({ task }) => task === 'say').map(({ msg }) => msg);
    assert.deepEqual(said, ['xa', 'xb', 'yc', 'yd']);
    const tagged = await run(
      '- hosts: a\n  roles: [outer]\n  tasks:\n    - {name: on, debug: {msg: x}, tags: [only]}\n',
      '--tags',
      'only',
    );
    assert.deepEqual(tagged.tasks.map(line), ['a on ok']);
  });

  it('run_once runs on the first host, once per place and not once per batch; its result holds for all', async () => {
    const ran = await run(`
- hosts: all
  serial: 2
  tasks:
    - {name: once, debug: {msg: x}, run_once: true, register: r}
    - {name: all, debug: {msg: "{{ r.msg }}"}}
`);
    const told = ran.tasks.map(line);
    assert.equal(told.filter((one) => one.includes(' once ')).length, 1);
    assert.equal(told[0], 'a once ok');
    assert.deepEqual([...told.slice(1)].sort(), ['a all ok', 'b all ok', 'c all ok']);
    assert.deepEqual(counts(ran, 'b'), { ok: 1, state: 'done' });
    const plays = ran.events.filter((event) => event.event === 'play');
    assert.deepEqual(
      plays.map((event) => [event.batch, event.hosts]),
      [
        [1, ['a', 'b']],
        [2, ['c']],
      ],
    );
  });

  it('a handler with run_once runs on the first host that was notified, once per batch', async () => {
    const ran = await run(`
- hosts: all
  serial: 2
  tasks:
    - {name: one, debug: {msg: x}, register: r, changed_when: r.msg == "x", notify: h}
  handlers:
    - {name: h, debug: {msg: x}, run_once: true}
`);
    assert.deepEqual(
      ran.tasks.map(line).filter((one) => one.includes(' h ')),
      ['a h ok handler', 'c h ok handler'],
    );
    assert.deepEqual(counts(ran, 'b'), { ok: 1, changed: 1, state: 'done' });
  });

  it('a failing run_once fails every host of the batch', async () => {
    const ran = await run(`
- hosts: all
  tasks:
    - {name: once, fail: {msg: no}, run_once: true}
    - {name: after, debug: {msg: x}}
`);
    assert.deepEqual(ran.tasks.map(line), ['a once failed']);
    assert.deepEqual(
      Object.values(ran.recap!.hosts).map((host) => host.state),
      ['failed', 'failed', 'failed'],
    );
  });

  it('run_once is for the next host where one is not there; where it was cut off, it failed for all', async () => {
    const dead = '{ansible_connection: ssh, ansible_host: 127.0.0.1, ansible_port: 1}';
    writeFiles(dir, {
      'dead.yaml': `{all: {hosts: {a: ${dead}, b: {}, c: {}}, vars: {ansible_connection: local}}}`,
      'play.yaml': `
- hosts: HOSTS
  tasks:
    - {name: once, command: "true", run_once: true, register: r}
    - {name: all, debug: {msg: "{{ r.rc }}"}}
`,
    });
    const text = readFileSync(join(dir, 'play.yaml'), 'utf8');
    const ran = async (hosts: string, once = 'run_once: true') => {
      writeFiles(dir, {
        'play.yaml': text.replace('HOSTS', hosts).replace('run_once: true', once),
      });
      return runHere(dir, ['play.yaml', '-i', 'dead.yaml']);
    };
    const next = await ran('all');
    assert.deepEqual(next.tasks.map(line).sort(), [
      'a once unreachable',
      'b all ok',
      'b once changed',
      'c all ok',
    ]);
    assert.deepEqual(states(next), { a: 'unreachable', b: 'done', c: 'done' });
    const cut = await ran('b:c', 'run_once: true, delegate_to: a');
    assert.deepEqual(cut.tasks.map(line), ['b once unreachable']);
    assert.deepEqual(states(cut), { b: 'unreachable', c: 'failed' });
  });

  it('linear: nobody begins a task before all have done the one before', async () => {
    const told = await tell(`
- hosts: all
  strategy: linear
  tasks:
    - {name: one, file: {path: "{{ root }}/one", state: directory}}
    - {name: two, file: {path: "{{ root }}/two", state: directory}}
`);
    assert.deepEqual(
      told.slice(0, 3).map((one) => one.slice(2)),
      Array(3).fill('one changed'),
    );
    assert.deepEqual(
      told.slice(3).map((one) => one.slice(2)),
      Array(3).fill('two changed'),
    );
  });

  it('any_errors_fatal ends the play for all once the task is done everywhere', async () => {
    const ran = await run(`
- hosts: all
  any_errors_fatal: true
  tasks:
    - {name: one, debug: {msg: x}}
    - {name: bad, fail: {msg: no}, when: inventory_hostname == "b"}
    - {name: two, debug: {msg: x}}
- hosts: all
  tasks:
    - {name: later, debug: {msg: x}}
`);
    const told = ran.tasks.map(line);
    assert.ok(!told.some((one) => /two|later/.test(one)), told.join('\n'));
    assert.ok(told.includes('c bad skipped'));
    assert.deepEqual(states(ran), { a: 'interrupted', b: 'failed', c: 'interrupted' });
  });

  it('force_handlers: a play that a failure ends for all runs what was notified, on every host', async () => {
    for (const limit of ['any_errors_fatal: true', 'max_fail_percentage: 30']) {
      const ran = await run(`
- hosts: all
  ${limit}
  force_handlers: true
  tasks:
    - {name: one, debug: {msg: x}, changed_when: inventory_hostname != "c", notify: h}
    - {name: bad, fail: {msg: no}, when: inventory_hostname == "b"}
    - {name: two, debug: {msg: x}}
  handlers:
    - {name: h, debug: {msg: x}}
`);
      const told = ran.tasks.map(line);
      assert.deepEqual(told.filter((one) => / h | two /.test(one)).sort(), [
        'a h ok handler',
        'b h ok handler',
      ]);
      assert.deepEqual(states(ran), { a: 'interrupted', b: 'failed', c: 'interrupted' });
    }
  });

  it('a handler that fails is the last one of its host, with force_handlers too', async () => {
    const handlers = (first: string, flush: string) => `
- hosts: a
  force_handlers: true
  tasks:
    - {name: one, debug: {msg: x}, changed_when: true, notify: [h, i]}
    - ${flush}
  handlers:
    - {name: h, ${first}}
    - {name: i, debug: {msg: x}}
`;
    const fails = 'fail: {msg: no}';
    const rescued = '{block: [{meta: flush_handlers}], rescue: [{name: mends, debug: {msg: x}}]}';
    const always = '{block: [{meta: flush_handlers}], always: [{name: always, debug: {msg: x}}]}';
    const flush = async (first: string, how: string) =>
      (await tell(handlers(first, how))).slice(1).map((one) => one.replace(' handler', ''));
    assert.deepEqual(await flush(fails, '{meta: flush_handlers}'), ['a h failed']);
    assert.deepEqual(await flush(fails, always), ['a h failed', 'a always ok']);
    assert.deepEqual(await flush(fails, rescued), ['a h failed rescued', 'a mends ok', 'a i ok']);
    const broken = '{name: bad, fail: {msg: no}}';
    assert.deepEqual(await flush(fails, broken), ['a bad failed', 'a h failed']);
    assert.deepEqual(await flush('debug: {msg: x}', broken), ['a bad failed', 'a h ok', 'a i ok']);
  });

  it('where a failure ends the play for all, a rescue and an always that others are in come to their end', async () => {
    const playbook = (section: string) => `
- hosts: all
  any_errors_fatal: true
  tasks:
    - block: [{name: one, fail: {msg: no}, failed_when: ${section === 'rescue'}}]
      ${section}:
        - {name: bad, fail: {msg: no}, when: inventory_hostname == "b"}
        - {name: mends, debug: {msg: x}}
    - {name: on, debug: {msg: x}}
`;
    for (const section of ['rescue', 'always']) {
      const ran = await run(playbook(section));
      const told = ran.tasks.map(line).filter((one) => / mends | on /.test(one));
      assert.deepEqual(told.sort(), ['a mends ok', 'c mends ok'], section);
      assert.deepEqual(states(ran), { a: 'interrupted', b: 'failed', c: 'interrupted' });
    }
  });

  it('a failure that waits for an always is one, though a meta ends the way there', async () => {
    for (const [action, b] of [
      ['end_host', 'b on ok'],
      ['end_play', ''],
      ['end_batch', ''],
    ]) {
      const ran = await run(`
- hosts: a:b
  tasks:
    - block: [{name: bad, fail: {msg: no}, when: inventory_hostname == "a"}]
      always: [{meta: ${action}, when: inventory_hostname == "a"}]
    - {name: on, debug: {msg: x}}
- hosts: a:b
  tasks: [{name: later, debug: {msg: x}}]
`);
      const told = ran.tasks.map(line).filter((one) => / on | later /.test(one));
      assert.deepEqual(told.sort(), ['b later ok', ...(b ? [b] : [])], action);
      assert.deepEqual(states(ran), { a: 'failed', b: 'done' });
      assert.equal(exitCode(ran.recap!, { interrupted: false, detailed: false }), 2);
    }
  });

  it('meta: clear_host_errors clears failures of plays before, and one that waits for an always', async () => {
    const ran = await run(`
- hosts: a:b
  tasks: [{name: bad, fail: {msg: no}, when: inventory_hostname == "a"}]
- hosts: a:b
  tasks:
    - meta: clear_host_errors
    - block: [{name: worse, fail: {msg: no}, when: inventory_hostname == "b"}]
      always: [{meta: clear_host_errors}]
    - {name: on, debug: {msg: x}}
- hosts: a:b
  tasks: [{name: later, debug: {msg: x}}]
`);
    const told = ran.tasks.map(line);
    assert.deepEqual(told.slice(2, 4), ['b worse failed', 'b on ok']);
    assert.deepEqual(told.slice(4).sort(), ['a later ok', 'b later ok']);
    assert.deepEqual(states(ran), { a: 'done', b: 'done' });
  });

  it('what was not come to, because of others, is not done', async () => {
    const serial = (tasks: string) => `
- hosts: all
  serial: 1
  any_errors_fatal: true
  tasks:
    ${tasks}
`;
    const bad = '- {name: bad, fail: {msg: no}, when: inventory_hostname == "b"}';
    assert.deepEqual(states(await run(serial(bad))), { a: 'done', b: 'failed', c: 'interrupted' });
    const ended = '- meta: end_play';
    assert.deepEqual(states(await run(serial(ended))), { a: 'done', b: 'done', c: 'done' });
    const last = serial(bad).replace('serial: 1', 'serial: 3');
    assert.deepEqual(states(await run(last)), { a: 'done', b: 'failed', c: 'done' });
    writeFiles(dir, { 'next.yaml': '- hosts: c\n  tasks: [{name: next, debug: {msg: x}}]\n' });
    writeFiles(dir, { 'first.yaml': last });
    const two = await runHere(dir, ['first.yaml', 'next.yaml', '-i', 'inventory.yaml']);
    assert.deepEqual(states(two), { a: 'done', b: 'failed', c: 'interrupted' });
  });

  it('max_fail_percentage: more than so many of the batch end the play', async () => {
    const playbook = (percentage: number) => `
- hosts: all
  max_fail_percentage: ${percentage}
  tasks:
    - {name: bad, fail: {msg: no}, when: inventory_hostname == "b"}
    - {name: two, debug: {msg: x}}
`;
    assert.equal((await tell(playbook(30))).filter((one) => one.includes('two')).length, 0);
    assert.equal((await tell(playbook(34))).filter((one) => one.includes('two')).length, 2);
  });

  it('a batch in which every host failed ends the run', async () => {
    const told = await tell(`
- hosts: all
  serial: 1
  tasks:
    - {name: bad, fail: {msg: no}}
`);
    assert.deepEqual(told, ['a bad failed']);
  });

  it('behind a playbook in which a host failed no further one is begun', async () => {
    writeFiles(dir, { 'next.yaml': '- hosts: all\n  tasks: [{name: next, debug: {msg: x}}]\n' });
    const playbook = (failed: string) => `
- hosts: all
  tasks:
    - {name: one, fail: {msg: no}, failed_when: ${failed}}
- hosts: all
  tasks:
    - {name: two, debug: {msg: x}}
`;
    writeFiles(dir, { 'first.yaml': playbook('inventory_hostname == "b"') });
    const ran = await runHere(dir, ['first.yaml', 'next.yaml', '-i', 'inventory.yaml']);
    assert.deepEqual(
      ran.tasks.map(line).filter((one) => !one.includes(' one ')),
      ['a two ok', 'c two ok'],
    );
    assert.deepEqual(
      ran.events.flatMap((event) => (event.event === 'note' ? [event.msg] : [])),
      ['next.yaml is not begun: not all hosts came to the end of the playbook before it'],
    );
    writeFiles(dir, { 'first.yaml': playbook('false') });
    const well = await runHere(dir, ['first.yaml', 'next.yaml', '-i', 'inventory.yaml']);
    assert.equal(well.tasks.filter(({ task }) => task === 'next').length, 3);
  });

  it('delegate_to acts on the other machine, with the variables of this host', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - {name: there, file: {path: "{{ root }}/by-b", state: directory}, delegate_to: b}
    - {name: here, file: {path: "{{ root }}/by-b", state: directory}}
`);
    assert.deepEqual(ran.tasks.map(line), ['a there changed', 'a here ok']);
  });

  it('a skipped task does not wipe what was registered; without one it says that it was skipped', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - {debug: {msg: first}, register: r}
    - {debug: {msg: second}, register: r, when: "false"}
    - {name: kept, debug: {msg: "{{ r.msg }}"}}
    - {debug: {msg: x}, register: s, when: "false"}
    - {name: skipped, debug: {msg: "{{ s.skipped }}"}}
`);
    assert.equal(ran.tasks.find((event) => event.task === 'kept')!.msg, 'first');
    assert.equal(ran.tasks.find((event) => event.task === 'skipped')!.msg, 'true');
  });

  it('set_fact and register outrank vars, and last through later plays', async () => {
    const ran = await run(`
- hosts: a
  vars: {v: play}
  tasks:
    - set_fact: {v: fact}
    - {name: here, debug: {msg: "{{ v }}"}, vars: {v: task}}
- hosts: a
  tasks:
    - {name: later, debug: {msg: "{{ v }}"}}
`);
    assert.deepEqual(
      ran.tasks.filter((event) => event.type === 'debug').map((event) => event.msg),
      ['fact', 'fact'],
    );
    const above = await run(
      `
- hosts: a
  tasks:
    - set_fact: {v: fact}
    - {name: here, debug: {msg: "{{ v }}"}}
`,
      '-e',
      'v=extra',
    );
    assert.equal(above.tasks[1]!.msg, 'extra');
  });

  it('until asks again until it holds, retries after the first', async () => {
    const ran = await run(
      `
- hosts: a
  tasks:
    - name: tries
      debug: {msg: x}
      register: r
      until: r.attempts == 99
      retries: 2
      delay: 0
      ignore_errors: true
`.replace('r.attempts == 99', 'r.msg == "y"'),
    );
    assert.equal(ran.tasks[0]!.status, 'ignored');
    assert.equal(ran.tasks[0]!.result?.['attempts'], 3);
  });

  it('changed_when and failed_when may read how many attempts it took; what they cannot judge is told as that', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - name: counts
      command: sh -c 'echo x >> {{ root }}/tries; test $(wc -l < {{ root }}/tries) -ge 2'
      register: r
      until: r.rc == 0
      delay: 0
      changed_when: r.attempts > 1
    - name: faulty
      command: echo x
      register: r
      until: r.rc == 0
      delay: 0
      changed_when: int(r.stdout) > 1
`);
    assert.deepEqual(ran.tasks.map(line), ['a counts changed', 'a faulty failed']);
    assert.match(ran.tasks[1]!.msg!, /^"x" is no number|int/);
  });

  it('failed_when and changed_when judge the result', async () => {
    const told = await tell(`
- hosts: a
  tasks:
    - {name: fails, debug: {msg: bad}, register: r, failed_when: r.msg == "bad", ignore_errors: true}
    - {name: passes, fail: {msg: no}, failed_when: false}
    - {name: changes, debug: {msg: x}, register: s, changed_when: s.msg == "x"}
`);
    assert.deepEqual(told, ['a fails ignored', 'a passes ok', 'a changes changed']);
  });

  it('what changed something and is judged to have failed still changed it', async () => {
    const playbook = `
- hosts: a
  tasks:
    - {name: one, command: "true", register: r, failed_when: r.rc == 0, ignore_errors: true}
    - {name: it did, debug: {msg: x}, when: r.changed && r.failed}
    - {name: two, debug: {msg: x}, changed_when: true, register: r, failed_when: r.changed, ignore_errors: true}
    - {name: so did that, debug: {msg: x}, when: r.changed && r.failed}
`;
    const real = await run(playbook);
    assert.deepEqual(real.tasks.map(line), [
      'a one ignored',
      'a it did ok',
      'a two ignored',
      'a so did that ok',
    ]);
    assert.equal(real.recap?.hosts['a']?.changed, 2);
    const { tasks, recap } = await run(playbook, '--check');
    assert.deepEqual(tasks.slice(-2).map(line), ['a two ignored', 'a so did that ok']);
    assert.equal(recap?.hosts['a']?.changed, 0);
  });

  it('meta: end_host ends one host, end_play all of them, without a failure', async () => {
    const told = await tell(`
- hosts: all
  tasks:
    - {meta: end_host, when: inventory_hostname == "a"}
    - {name: one, debug: {msg: x}}
    - {meta: end_play, when: inventory_hostname == "b"}
    - {name: two, debug: {msg: x}}
- hosts: a
  tasks:
    - {name: next, debug: {msg: x}}
`);
    assert.deepEqual(told, ['b one ok', 'c one ok', 'a next ok']);
  });

  it('tags choose tasks; always runs, never only when it is asked for', async () => {
    const playbook = `
- hosts: a
  tasks:
    - {name: one, debug: {msg: x}, tags: [t1]}
    - {name: two, debug: {msg: x}, tags: [t2]}
    - {name: evermore, debug: {msg: x}, tags: [always]}
    - {name: nevermore, debug: {msg: x}, tags: [never, t3]}
`;
    const names = async (...args: string[]) =>
      (await tell(playbook, ...args)).map((one) => one.split(' ')[1]);
    assert.deepEqual(await names(), ['one', 'two', 'evermore']);
    assert.deepEqual(await names('--tags', 't1'), ['one', 'evermore']);
    assert.deepEqual(await names('--skip-tags', 't1,always'), ['two']);
    assert.deepEqual(await names('-t', 't3'), ['evermore', 'nevermore']);
    assert.deepEqual(await names('--start-at-task', 'two'), ['two', 'evermore']);
  });

  it('--start-at-task finds a task in an include and in an always; all behind it is whole', async () => {
    const task = (name: string) => `{name: ${name}, debug: {msg: x}}`;
    writeFiles(dir, { 'more.yaml': `[${task('one')}, ${task('two')}]\n` });
    const begun = async (at: string) => {
      const told = await tell(
        `
- hosts: a
  tasks:
    - include_tasks: more.yaml
    - block: [{name: bad, fail: {msg: no}}]
      rescue: [${task('mends')}]
      always: [${task('always')}, ${task('last')}]
`,
        '--start-at-task',
        at,
      );
      return told.map((one) => one.split(' ')[1]);
    };
    assert.deepEqual(await begun('two'), ['include_tasks', 'two', 'bad', 'mends', 'always', 'last']);
    assert.deepEqual(await begun('bad'), ['bad', 'mends', 'always', 'last']);
    assert.deepEqual(await begun('last'), ['last']);
  });

  it('check mode: what hangs on an unmade change is unknown, with the reason, and nothing is written', async () => {
    const ran = await run(
      `
- hosts: a
  tasks:
    - {name: dir, file: {path: "{{ root }}/d", state: directory}, register: r, notify: h}
    - {name: inside, copy: {dest: "{{ root }}/d/f", content: x}}
    - {name: nowhere, copy: {dest: "{{ root }}/none/f", content: x}, ignore_errors: true}
    - {name: asked, shell: "echo hi", register: s}
    - {name: hangs, debug: {msg: x}, when: s.rc == 0}
    - {name: known, debug: {msg: x}, when: r.changed}
  handlers:
    - {name: h, shell: "echo h"}
`,
      '--check',
    );
    assert.deepEqual(ran.tasks.map(line), [
      'a dir would_change',
      'a inside would_change',
      'a nowhere ignored',
      'a asked unknown',
      'a hangs unknown',
      'a known ok',
      'a h would_change handler',
    ]);
    assert.match(ran.tasks[4]!.msg ?? '', /asked|run/);
    assert.equal(exitCode(ran.recap!, { interrupted: false, detailed: true }), 3);
    assert.equal(exitCode(ran.recap!, { interrupted: false, detailed: false }), 0);
  });

  it('check_mode: true in a real run: nothing behind hangs on what was not done', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - {name: asked, shell: "touch {{ root }}/f", check_mode: true}
    - {name: look, stat: {path: "{{ root }}/f"}, register: f}
    - {name: there, file: {path: "{{ root }}/d", state: directory}, check_mode: true}
    - {name: gone, file: {path: "{{ root }}/d", state: absent}, check_mode: true}
    - {name: guarded, shell: {cmd: "echo x >> {{ root }}/log", creates: "{{ root }}/d"}}
    - {name: real, copy: {dest: "{{ root }}/f", content: x}, when: "!f.stat.exists"}
    - name: caught
      block:
        - {name: may fail, shell: "false", check_mode: true}
        - {name: inside, shell: "echo hi", register: said}
      always:
        - {name: always, debug: {msg: "{{ said.stdout }}"}}
    - {name: after, debug: {msg: "{{ said.stdout }}"}}
`);
    assert.deepEqual(ran.tasks.map(line), [
      'a asked unknown',
      'a look ok',
      'a there would_change',
      'a gone ok',
      'a guarded changed',
      'a real changed',
      'a may fail unknown',
      'a inside changed',
      'a always ok',
      'a after ok',
    ]);
  });

  it('check_mode: true in a dry run: what is behind finds the host as it will be without it', async () => {
    const playbook = `
- hosts: a
  tasks:
    - {name: dir, file: {path: "{{ root }}/dir", state: directory}, check_mode: true}
    - {name: made, file: {path: "{{ root }}/made", state: directory}}
    - {name: in made, copy: {dest: "{{ root }}/made/x", content: x}, check_mode: true}
    - {name: vague, shell: "touch {{ root }}/f", check_mode: true, ignore_errors: true}
    - {name: in dir, copy: {dest: "{{ root }}/dir/x", content: x}}
`;
    const told = (did: string) => [
      'a dir would_change',
      `a made ${did}`,
      'a in made would_change',
      'a vague unknown',
      'a in dir failed',
    ];
    assert.deepEqual(await tell(playbook, '--check'), told('would_change'));
    assert.deepEqual(await tell(playbook), told('changed'));
  });

  it('a converged host costs one round trip; a change one more', async () => {
    const playbook = `
- hosts: a
  tasks:
    - {name: dir, file: {path: "{{ root }}/d", state: directory, mode: "0755"}}
    - {name: files, copy: {dest: "{{ root }}/d/{{ item }}", content: "{{ item }}\\n"}, loop: [a, b, c, d, e]}
    - {name: made, shell: {cmd: "touch {{ root }}/made", creates: "{{ root }}/made"}}
    - {name: look, stat: {path: "{{ root }}/d/a"}, register: st}
    - {name: there, debug: {msg: x}, when: st.stat.exists}
`;
    await run(playbook);
    const second = await run(playbook);
    assert.deepEqual(counts(second, 'a'), { ok: 5, state: 'done' });
    assert.equal(second.recap!.hosts['a']!.round_trips, 1);
    writeFiles(dir, { 'hosts/a/d/c': 'changed by hand\n' });
    const third = await run(playbook);
    assert.equal(third.recap!.hosts['a']!.round_trips, 2);
    assert.equal(readFileSync(join(dir, 'hosts/a/d/c'), 'utf8'), 'c\n');
  });

  it('ten changes that do not meet are one exchange, and stop at the first that fails', async () => {
    const playbook = `
- hosts: a
  tasks:
    - {name: files, copy: {dest: "{{ root }}/{{ item }}", content: "{{ item }}\\n"}, loop: [a, b, c, d, e, f, g, h, i, j]}
    - {name: more, copy: {dest: "{{ root }}/k", content: k}}
`;
    const first = await run(playbook);
    assert.equal(first.recap!.hosts['a']!.round_trips, 2);
    assert.equal(first.tasks.filter((event) => event.status === 'changed').length, 12);
    const second = await run(playbook);
    assert.equal(second.recap!.hosts['a']!.round_trips, 1);
  });

  it('a task that outlasts its timeout is ended on the host and has failed; the next one goes on', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - {name: slow, shell: "echo $$ > {{ root }}/pid; sleep 300", timeout: 1, ignore_errors: true}
    - {name: gone, shell: "kill -0 $(cat {{ root }}/pid)", failed_when: false, register: r}
    - {name: said, debug: {msg: "{{ r.rc }}"}}
`);
    assert.deepEqual(ran.tasks.map(line).slice(0, 1), ['a slow ignored']);
    assert.match(ran.tasks[0]!.msg ?? '', /^it took longer than 1 s and was ended/);
    assert.equal(ran.tasks[2]!.msg, '1');
  });

  it('no_log hides the output, the item and the difference', async () => {
    const ran = await run(`
- hosts: a
  tasks:
    - {name: hidden, debug: {msg: "s3cret {{ item }}"}, loop: [word], no_log: true}
`);
    assert.ok(!JSON.stringify(ran.tasks).includes('s3cret'));
    assert.ok(!JSON.stringify(ran.tasks).includes('word'));
  });

  it('environment reaches the command, innermost last', async () => {
    const ran = await run(`
- hosts: a
  environment: {A: play, B: play}
  tasks:
    - {name: env, shell: 'echo "$A $B"', environment: {B: "task's"}, register: r}
    - {name: said, debug: {msg: "{{ r.stdout }}"}}
`);
    assert.equal(ran.tasks[1]!.msg, "play task's");
  });
});
