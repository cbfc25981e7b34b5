import assert from 'node:assert/strict';
import type { Node, Play, Task } from '../../src/runner/language/model.ts';
import { outline, sound, tasksIn } from './project.ts';

function play(files: Record<string, string>): Play {
  return sound(files).plays[0]!;
}

function named(nodes: readonly Node[], name: string): Task {
  const task = tasksIn(nodes).find((one) => one.name === name);
  assert(task, `no task is called ${name}`);
  return task;
}

function given(task: Task): Record<string, unknown> {
  const { variables } = task.role!.parameters;
  return Object.fromEntries(
    [...variables].map(([name, { value }]) => [name, value.constant ?? [...value.reads]]),
  );
}

describe('a role', () => {
  const web = {
    'roles/web/tasks/main.yaml': '- {debug: x, name: web}',
    'roles/web/defaults/main.yaml': '{untyped: 1}',
    'roles/web/vars/main.yml': '{fixed: 2}',
    'roles/web/variables.yaml': `
      type: object
      required: [port, key]
      properties:
        port: {type: integer, default: 80, description: Where it listens.}
        url: {type: string, default: "http://x:{{ port }}/", description: Where it is found.}
        key: {type: string, secret: true, description: What it is opened with.}
    `,
  };

  it('has inputs, defaults and vars', () => {
    const { nodes } = play({ 'site.yaml': '- {hosts: all, roles: [web]}', ...web });
    const { role, parameters } = named(nodes, 'web').role!;
    assert.equal(role.name, 'web');
    assert.equal(role.path, '/project/roles/web');
    assert.equal(role.declared, true);
    assert.deepEqual(
      [...role.inputs.values()].map(({ name, required, secret }) => [name, required, secret]),
      [
        ['port', false, false],
        ['url', false, false],
        ['key', true, true],
      ],
    );
    assert.deepEqual([...role.defaults.variables.keys()], ['untyped', 'port', 'url']);
    assert.equal(role.defaults.variables.get('port')!.value.constant, 80);
    assert.deepEqual([...role.defaults.variables.get('url')!.value.reads], ['port']);
    assert.deepEqual([...role.vars.variables.keys()], ['fixed']);
    assert.equal(parameters.variables.size, 0);
  });

  it('is given parameters by vars and by keys of its entry, and hands its words down', () => {
    const { nodes } = play({
      'site.yaml': `
        - hosts: all
          vars: {where: x}
          roles:
            - role: web
              port: 8080
              vars: {url: "{{ where }}", key: k3y}
              when: wanted
              tags: [web]
              become: true
      `,
      ...web,
    });
    const task = named(nodes, 'web');
    assert.deepEqual(given(task), { url: ['where'], key: 'k3y', port: 8080 });
    assert.deepEqual(
      task.when.map(({ source }) => source),
      ['wanted'],
    );
    assert.deepEqual([[...task.tags], task.become.active], [['web'], true]);
    assert.deepEqual(task.layers, []);
  });

  it('sees what it is given in the scope of its caller', () => {
    const { nodes } = play({
      'site.yaml': `
        - hosts: all
          tasks:
            - block:
                - import_role: {name: web}
                  when: "'x' in group_names"
                  vars: {port: "{{ port }}", key: "{{ port }}"}
              vars: {port: 1, url: "{{ there }}"}
              environment: {A: "{{ port }}"}
      `,
      ...web,
    });
    const task = named(nodes, 'web');
    assert.deepEqual(given(task), { port: ['port'], url: ['there'], key: ['port'] });
    const sites = [
      ...[...task.role!.parameters.variables.values()].map(({ value }) => value.site),
      task.when[0]!.site,
      task.environment[0]!.site,
    ];
    for (const site of sites) {
      assert.equal(site!.role, null);
      assert.deepEqual(
        site!.layers.map(({ label }) => label),
        ['vars of the block in line 3'],
      );
    }
    assert.deepEqual(task.layers, []);
  });

  it('is found beside the playbook first, then at the root', () => {
    const files = {
      'roles/web/tasks/main.yaml': '- {debug: x, name: of the root}',
      'playbooks/site.yaml': '- {hosts: all, roles: [web]}',
    };
    const inner = { 'playbooks/roles/web/tasks/main.yaml': '- {debug: x, name: beside}' };
    assert.equal(outline(sound({ ...files }, 'playbooks/site.yaml').plays[0]!.nodes), '~ of the root ~ ~');
    assert.equal(
      outline(sound({ ...files, ...inner }, 'playbooks/site.yaml').plays[0]!.nodes),
      '~ beside ~ ~',
    );
  });

  it('reads tasks_from, and keeps its parameters where it calls itself', () => {
    const { nodes } = play({
      'site.yaml': '- {hosts: all, roles: [{role: a, x: 1, y: 1}]}',
      'roles/a/tasks/main.yaml': '- {import_role: {name: a, tasks_from: other.yml}, vars: {y: 2}}',
      'roles/a/tasks/other.yml': '- {debug: x, name: other}',
    });
    assert.deepEqual(given(named(nodes, 'other')), { x: 1, y: 2 });
  });

  it('imports task files beside the file, then of the role', () => {
    const { nodes } = play({
      'site.yaml': '- {hosts: all, roles: [a]}',
      'roles/a/tasks/main.yaml': '- import_tasks: sub/one.yaml',
      'roles/a/tasks/sub/one.yaml': '- import_tasks: two.yaml\n- include_tasks: {file: three.yaml}',
      'roles/a/tasks/sub/two.yaml': '- {debug: x, name: two}',
      'roles/a/tasks/three.yaml': '- {debug: x, name: three}',
    });
    assert.equal(outline(nodes), '~ two include_tasks[three] ~ ~');
  });
});

describe('dependencies', () => {
  const role = (name: string, ...dependencies: string[]) => ({
    [`roles/${name}/tasks/main.yaml`]: `- {debug: x, name: ${name}}`,
    [`roles/${name}/meta/main.yaml`]: `dependencies: [${dependencies.join(', ')}]`,
  });

  it('run before the role, with its words', () => {
    const { nodes } = play({
      'site.yaml': '- {hosts: all, roles: [{role: a, when: w, tags: t}]}',
      ...role('a', 'b', 'c'),
      ...role('b', 'c'),
      ...role('c'),
    });
    assert.equal(outline(nodes), '~ c b a ~ ~');
    assert.deepEqual([...named(nodes, 'c').tags], ['t']);
    assert.deepEqual(
      named(nodes, 'c').when.map(({ source }) => source),
      ['w'],
    );
  });

  it('run once, and are reached by the tags of every role that needs them', () => {
    const { nodes } = play({
      'site.yaml': '- {hosts: all, roles: [{role: a, tags: x}, {role: b, tags: y}]}',
      ...role('a', 'c'),
      ...role('b', 'c'),
      ...role('c'),
    });
    assert.equal(outline(nodes), '~ c a b ~ ~');
    assert.deepEqual([...named(nodes, 'c').tags], ['x', 'y']);
    assert.deepEqual([...named(nodes, 'a').tags], ['x']);
  });

  it('run again with other parameters, under other conditions, and where duplicates are allowed', () => {
    const two = (entries: string, meta = '') =>
      outline(
        play({
          'site.yaml': `- {hosts: all, roles: [${entries}]}`,
          ...role('a', 'c'),
          ...role('b', '{role: c}'),
          ...role('c'),
          ...(meta ? { 'roles/c/meta/main.yaml': meta } : {}),
        }).nodes,
      );
    assert.equal(two('{role: c, x: 1}, {role: c, x: 1}'), '~ c ~ ~');
    assert.equal(two('{role: c, x: 1}, {role: c, x: 2}'), '~ c c ~ ~');
    assert.equal(two('a, {role: b, when: w}'), '~ c a b ~ ~');
    assert.equal(two('{role: a, when: w}, b'), '~ c a c b ~ ~');
    assert.equal(two('a, b', 'allow_duplicates: true'), '~ c a c b ~ ~');
  });

  it('see parameters in the scope of the role that gives them', () => {
    const { nodes } = play({
      'site.yaml': '- {hosts: all, roles: [{role: a, x: 1}]}',
      ...role('a', '{role: c, y: "{{ x }}"}'),
      ...role('c'),
    });
    const task = named(nodes, 'c');
    assert.deepEqual(given(task), { y: ['x'] });
    assert.equal(task.role!.parameters.variables.get('y')!.value.site!.role, named(nodes, 'a').role);
  });
});

describe('handlers', () => {
  const web = {
    'roles/web/tasks/main.yaml': '- {debug: x, notify: [reload, all of it]}',
    'roles/web/handlers/main.yaml': '- import_tasks: more.yaml\n- {name: reload, command: reload}',
    'roles/web/handlers/more.yaml': '- {name: more, command: more, listen: [all of it]}',
  };
  const named = ({ handlers }: Play) => handlers.map(({ name }) => name);

  it("are the roles' and then the play's, found by name, role and topic", () => {
    const read = play({
      'site.yaml': `
        - hosts: all
          roles: [web]
          tasks:
            - {debug: x, notify: ["web : reload", own, "{{ any }}", reload]}
          handlers:
            - {name: own, debug: x, listen: all of it, when: y}
      `,
      ...web,
    });
    assert.deepEqual(named(read), ['more', 'reload', 'own']);
    assert.deepEqual(
      read.handlers.map(({ listen }) => listen),
      [['all of it'], [], ['all of it']],
    );
    assert.equal(read.handlers[0]!.role?.role.name, 'web');
  });

  it('of dependencies, imported and included roles count', () => {
    const files = {
      ...web,
      'roles/a/tasks/main.yaml': '',
      'roles/a/meta/main.yaml': 'dependencies: [web]',
    };
    const notify = '{debug: x, notify: reload}';
    for (const entries of [
      `roles: [a], tasks: [${notify}]`,
      `tasks: [${notify}, {import_role: {name: web}}]`,
      `tasks: [{include_role: {name: a}}], post_tasks: [${notify}]`,
    ]) {
      assert.deepEqual(named(play({ 'site.yaml': `- {hosts: all, ${entries}}`, ...files })), [
        'more',
        'reload',
      ]);
    }
  });

  it('of a role that is used twice are there once, unless they read what it was given', () => {
    const site = { 'site.yaml': '- {hosts: all, roles: [{role: web, x: 1}, {role: web, x: 2}]}' };
    assert.deepEqual(named(play({ ...site, ...web })), ['more', 'reload']);
    const reading = {
      'roles/web/handlers/main.yaml': '- {name: reload, command: "reload {{ x }}", listen: all of it}',
    };
    const { handlers } = play({ ...site, ...web, ...reading });
    assert.deepEqual(
      handlers.map(({ name, role }) => [name, role?.parameters.variables.get('x')?.value.constant]),
      [
        ['reload', 1],
        ['reload', 2],
      ],
    );
  });

  it('of a role that is used twice are there per use where they read what it was given through other variables', () => {
    const through = {
      'roles/web/handlers/main.yaml': '- {name: reload, command: "reload {{ unit }}", listen: all of it}',
      'site.yaml':
        '- {hosts: all, roles: [{role: web, x: 1}, {role: web, x: 2}], vars: {unit: "{{ base }}.service", base: "app-{{ x }}"}}',
    };
    assert.deepEqual(named(play({ ...web, ...through })), ['reload', 'reload']);
    const apart = { 'site.yaml': through['site.yaml'].replace('{{ x }}', '{{ y }}') };
    assert.deepEqual(named(play({ ...web, ...through, ...apart })), ['reload']);
  });
});
