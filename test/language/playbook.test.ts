import assert from 'node:assert/strict';
import type { Scope, Task } from '../../src/runner/language/model.ts';
import { loadPlaybook, projectRoot } from '../../src/runner/language/playbook.ts';
import { FAKE_TYPES } from './fake-types.ts';
import { load, memory, outline, shown, sound, tasksIn } from './project.ts';

function only(files: Record<string, string>): { task: Task; all: Task[] } {
  const all = tasksIn(sound(files).plays[0]!.nodes);
  return { task: all[0]!, all };
}

function sources(task: Task): string[] {
  return task.when.map(({ source }) => source);
}

const nobody: Scope = { get: () => undefined, names: () => [] };

describe('a play', () => {
  it('runs pre_tasks, roles, tasks and post_tasks, and flushes after the first, the third and the last', () => {
    const { plays } = sound({
      'site.yaml': `
        - name: all of it
          hosts: [app, "!app-3"]
          post_tasks: [{debug: d}]
          tasks: [{debug: c, name: c}]
          roles: [web]
          pre_tasks: [{debug: a, name: a}]
      `,
      'roles/web/tasks/main.yml': '- {debug: b, name: b}',
    });
    const [play] = plays;
    assert.equal(outline(play!.nodes), 'a ~ b c ~ debug ~');
    assert.equal(play!.hosts.source, 'app,!app-3');
    assert.equal(play!.name, 'all of it');
  });

  it("is named by its hosts, and has Ansible's defaults", () => {
    const [play] = sound({ 'site.yaml': '- hosts: app' }).plays;
    const { at, hosts, nodes, ...rest } = play!;
    assert.deepEqual(rest, {
      name: 'app',
      dir: '/project',
      order: 'inventory',
      layers: [],
      handlers: [],
      serial: [],
      strategy: 'free',
      maxFailPercentage: null,
      anyErrorsFatal: false,
      forceHandlers: false,
      gatherFacts: true,
      facts: null,
    });
  });

  it('reads every form of its numbers and words', () => {
    const [play] = sound({
      'site.yaml': `
        - hosts: all
          serial: [1, "30%", 12.5%]
          max_fail_percentage: 25
          strategy: linear
          order: shuffle
          any_errors_fatal: true
          force_handlers: true
          gather_facts: false
      `,
    }).plays;
    assert.deepEqual(play!.serial, [1, '30%', '12.5%']);
    assert.deepEqual([play!.maxFailPercentage, play!.strategy, play!.order], [25, 'linear', 'shuffle']);
    assert.deepEqual([play!.anyErrorsFatal, play!.forceHandlers, play!.gatherFacts], [true, true, false]);
  });

  it('has its vars, those of an import_playbook, and its vars_files, in this order', () => {
    const [play] = sound({
      'site.yaml': '- {import_playbook: plays/app.yaml, vars: {b: 1}, when: x, tags: t}',
      'plays/app.yaml': `
        - hosts: all
          vars: {a: 1}
          vars_files: [more.yaml]
          tasks: [{debug: x}]
      `,
      'plays/more.yaml': 'c: 1',
    }).plays;
    assert.deepEqual(
      play!.layers.map(({ label, variables }) => [label, ...variables.keys()]),
      [
        ['vars of play "all"', 'a'],
        ['vars of import_playbook', 'b'],
        ['plays/more.yaml', 'c'],
      ],
    );
    const [task] = tasksIn(play!.nodes);
    assert.deepEqual(sources(task!), ['x']);
    assert.deepEqual([...task!.tags], ['t']);
    assert.deepEqual(task!.layers, []);
  });

  it('gives tasks ascending ids over all plays, handlers after the tasks', () => {
    const { plays } = sound({
      'site.yaml': `
        - hosts: all
          handlers: [{name: h, debug: h}]
          tasks:
            - block: [{debug: a}]
              rescue: [{debug: b}]
            - include_tasks: more.yaml
        - hosts: all
          tasks: [{debug: d}]
      `,
      'more.yaml': '- debug: c',
    });
    const ids = plays.flatMap(({ nodes, handlers }) => [...tasksIn(nodes), ...handlers].map(({ id }) => id));
    assert.equal(new Set(ids).size, 5);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
  });
});

describe('what a task inherits', () => {
  it('adds conditions, tags, environments and vars up, outermost first', () => {
    const { task } = only({
      'site.yaml': `
        - hosts: all
          tags: play
          environment: {A: play}
          tasks:
            - block:
                - import_tasks: more.yaml
                  when: [b, c]
                  tags: [import, play]
                  vars: {y: 1}
              when: a
              tags: "block, other"
              environment: [{A: block}, {B: block}]
              vars: {x: 1}
      `,
      'more.yaml': `
        - debug: x
          name: innermost
          when: d
          tags: [task]
          environment: {C: task}
          vars: {z: 1}
      `,
    });
    assert.deepEqual(sources(task), ['a', 'b', 'c', 'd']);
    assert.deepEqual([...task.tags], ['play', 'block', 'other', 'import', 'task']);
    assert.deepEqual(
      task.environment.map(({ constant }) => constant),
      [{ A: 'play' }, { A: 'block' }, { B: 'block' }, { C: 'task' }],
    );
    assert.deepEqual(
      task.layers.map(({ label, variables }) => [label, ...variables.keys()]),
      [
        ['vars of the block in line 5', 'x'],
        ['vars of the import_tasks in line 6', 'y'],
        ['vars of task "innermost"', 'z'],
      ],
    );
  });

  it('takes the innermost of single values', () => {
    const { all } = only({
      'site.yaml': `
        - hosts: all
          become: true
          become_user: outer
          no_log: true
          ignore_errors: true
          ignore_unreachable: true
          run_once: true
          check_mode: true
          timeout: 5
          tasks:
            - block:
                - debug: x
                - debug: y
                  become: false
                  become_user: "{{ inner }}"
                  no_log: false
                  ignore_errors: soft
                  ignore_unreachable: false
                  run_once: false
                  check_mode: false
                  timeout: 9
                  delegate_to: "{{ there }}"
              delegate_to: here
      `,
    });
    const words = all.map((task) => [
      task.become.active,
      task.become.user?.constant ?? [...task.become.user!.reads],
      task.noLog,
      typeof task.ignoreErrors === 'object' ? task.ignoreErrors.source : task.ignoreErrors,
      task.ignoreUnreachable,
      task.runOnce,
      task.checkMode,
      task.timeout?.constant,
      task.delegateTo?.constant ?? [...task.delegateTo!.reads],
    ]);
    assert.deepEqual(words, [
      [true, 'outer', true, true, true, true, true, 5, 'here'],
      [false, ['inner'], false, 'soft', false, false, false, 9, ['there']],
    ]);
  });

  it('is not told by an include, but by what is around that', () => {
    const [play] = sound({
      'site.yaml': `
        - hosts: all
          tasks:
            - block:
                - include_tasks: more.yaml
                  when: b
                  tags: own
                  vars: {x: 1}
                  loop: [1, 2]
                  loop_control: {loop_var: n}
              when: a
              tags: block
      `,
      'more.yaml': '- debug: "{{ x }}"',
    }).plays;
    const [, block] = play!.nodes;
    assert(block?.kind === 'block');
    const [include] = block.block;
    assert(include?.kind === 'include');
    assert.deepEqual(
      include.when.map(({ source }) => source),
      ['a', 'b'],
    );
    assert.deepEqual([...include.tags], ['block', 'own']);
    assert.equal(include.loop?.loopVar, 'n');
    const [task] = tasksIn(include.nodes);
    assert.deepEqual(sources(task!), ['a']);
    assert.deepEqual([...task!.tags], ['block']);
    assert.deepEqual([...task!.layers[0]!.variables.keys()], ['x']);
  });
});

describe('a task', () => {
  it('has everything that it says', () => {
    const { task } = only({
      'site.yaml': `
        - hosts: all
          handlers: [{name: h, debug: h}]
          tasks:
            - name: run {{ it }}
              command: {cmd: "{{ it }}"}
              register: result
              notify: [h]
              changed_when: result.rc == 2
              failed_when: ["result.rc > 2", "true"]
              until: result.rc == 0
              retries: 7
              delay: "{{ pause }}"
              loop: things
              loop_control: {index_var: i, label: "{{ it.name }}", loop_var: it}
      `,
    });
    assert.equal(task.name, 'run {{ it }}');
    assert.deepEqual([...task.title!.reads], ['it']);
    assert.equal(task.type.name, 'command');
    assert.deepEqual([...task.params.reads], ['it']);
    assert.equal(task.register, 'result');
    assert.deepEqual(
      task.notify.map(({ constant }) => constant),
      ['h'],
    );
    assert.deepEqual(
      [task.changedWhen, task.failedWhen, task.until].map((list) => list!.map(({ source }) => source)),
      [['result.rc == 2'], ['result.rc > 2', 'true'], ['result.rc == 0']],
    );
    assert.equal(task.retries!.constant, 7);
    assert.deepEqual([...task.delay!.reads], ['pause']);
    assert.deepEqual([task.loop!.loopVar, task.loop!.indexVar], ['it', 'i']);
    assert.deepEqual([...task.loop!.label!.reads], ['it']);
    assert.deepEqual([...task.loop!.items.reads], ['things']);
    assert.deepEqual(task.at, { file: 'site.yaml', line: 4, column: 7 });
  });

  it('tries again three times, every five seconds, unless told', () => {
    const { all } = only({
      'site.yaml': `
        - hosts: all
          tasks:
            - {command: ls, until: x}
            - {command: ls, retries: 2}
            - {command: ls}
      `,
    });
    const constants = all.map(({ retries, delay }) => [retries?.evaluate(nobody), delay?.constant]);
    assert.deepEqual(constants, [
      [{ kind: 'value', value: 3 }, 5],
      [{ kind: 'value', value: 2 }, 5],
      [undefined, undefined],
    ]);
  });

  it('takes a loop as a list, a lone {{ list }} or an expression', () => {
    const { all } = only({
      'site.yaml': `
        - hosts: all
          tasks:
            - {debug: x, loop: [1, "{{ a }}"]}
            - {debug: x, loop: "{{ b }}"}
            - {debug: x, loop: "c.filter(x, x > 1)"}
      `,
    });
    assert.deepEqual(
      all.map(({ loop }) => [...loop!.items.reads]),
      [['a'], ['b'], ['c']],
    );
  });

  it('is found although others are wrong', () => {
    const { value, diagnostics } = load({
      'site.yaml': `
        - hosts: all
          tasks:
            - fiel: {path: /x}
            - {name: good, debug: x}
        - hosts: all
          tasks: [{debug: x, name: good too}]
      `,
    });
    assert.equal(diagnostics.length, 1);
    assert.deepEqual(
      value.plays.map(({ nodes }) => outline(nodes)),
      ['~ good ~ ~', '~ good too ~ ~'],
    );
  });
});

describe('blocks and meta', () => {
  it('keep their parts and their loops', () => {
    const [play] = sound({
      'site.yaml': `
        - hosts: all
          tasks:
            - block: [{debug: x, name: a}, {meta: end_host, when: x}]
              rescue: [{debug: x, name: b}]
              always: [{debug: x, name: c}]
              loop: [1]
            - meta: flush_handlers
              when: y
      `,
    }).plays;
    assert.equal(outline(play!.nodes), '~ [a end_host | b | c] ~ ~ ~');
    const [, block, flush] = play!.nodes;
    assert.equal(block?.kind === 'block' && block.loop?.loopVar, 'item');
    assert.deepEqual(flush?.kind === 'flush' && flush.when.map(({ source }) => source), ['y']);
  });
});

describe('what is wrong', () => {
  it('is shown with its line and a caret as wide as the word', () => {
    const [wrong] = load({ 'site.yaml': '- hosts: all\n  tasks:\n    - fiel: {path: /x}\n' }).diagnostics;
    assert.equal(wrong?.line, '    - fiel: {path: /x}');
    assert.equal(wrong?.width, 4);
  });

  it('is shown once, however often a file is used, and every file is read once', () => {
    const io = memory({
      'site.yaml': '- hosts: all\n  tasks: [{import_tasks: a.yaml}, {import_tasks: a.yaml}]\n',
      'a.yaml': '- fiel: {path: /x}\n',
    });
    const { diagnostics } = loadPlaybook('/project/site.yaml', { taskTypes: FAKE_TYPES, io });
    assert.deepEqual(diagnostics.map(shown), [
      'unknown-task-type a.yaml:1:3 there is no task type "fiel" (did you mean "file"?)',
    ]);
    assert.deepEqual(io.reads, ['/project/site.yaml', '/project/a.yaml']);
  });

  it('may be that there is no such playbook', () => {
    assert.deepEqual(load({}).diagnostics.map(shown), ['missing-file there is no file site.yaml']);
  });
});

describe('projectRoot', () => {
  it('is the nearest directory above the playbook that holds roles/', () => {
    const io = memory({ 'roles/web/tasks/main.yaml': '', 'playbooks/deep/site.yaml': '' });
    assert.equal(projectRoot('/project/playbooks/deep/site.yaml', io), '/project');
  });

  it("is the playbook's own directory where there is none", () => {
    assert.equal(projectRoot('/project/playbooks/site.yaml', memory({})), '/project/playbooks');
  });
});
