import assert from 'node:assert/strict';
import { sound, tasksIn } from './project.ts';

describe('where sources are looked for', () => {
  const files = {
    'playbooks/site.yaml': `
      - hosts: all
        roles: [web]
        tasks: [{debug: of the play}]
    `,
    'roles/web/tasks/main.yaml': '- import_tasks: sub/more.yaml',
    'roles/web/tasks/sub/more.yaml': '- {debug: of the role}',
  };
  const [ofRole, ofPlay] = tasksIn(sound(files, 'playbooks/site.yaml').plays[0]!.nodes);

  it('for a task of a role: the role, the file, the playbook, the root', () => {
    assert.deepEqual(ofRole!.search, {
      files: [
        '/project/roles/web/files',
        '/project/roles/web',
        '/project/roles/web/tasks/sub',
        '/project/playbooks/files',
        '/project/playbooks',
        '/project/files',
        '/project',
      ],
      templates: [
        '/project/roles/web/templates',
        '/project/roles/web',
        '/project/roles/web/tasks/sub',
        '/project/playbooks/templates',
        '/project/playbooks',
        '/project/templates',
        '/project',
      ],
    });
  });

  it('for a task of a play: the file, the playbook, the root', () => {
    assert.deepEqual(ofPlay!.search.files, [
      '/project/playbooks',
      '/project/playbooks/files',
      '/project/files',
      '/project',
    ]);
  });
});

describe('templates of a task', () => {
  const read = (src: string, files: Record<string, string>) => {
    const site = `- {hosts: all, tasks: [{template: {src: "${src}", dest: "{{ where }}"}}]}`;
    const [task] = tasksIn(sound({ 'site.yaml': site, ...files }).plays[0]!.nodes);
    return task!.templates.map(({ file, text }) => [file, ...text.reads]);
  };

  it('are read, so that the names in them are known', () => {
    assert.deepEqual(read('a.conf', { 'templates/a.conf': 'port {{ port }}' }), [
      ['/project/templates/a.conf', 'port'],
    ]);
  });

  it('are all files of a tree', () => {
    assert.deepEqual(read('conf', { 'templates/conf/b/c': '{{ x }}', 'templates/conf/a': '{{ y }}' }), [
      ['/project/templates/conf/a', 'y'],
      ['/project/templates/conf/b/c', 'x'],
    ]);
  });

  it('are not known where the name holds variables', () => {
    assert.deepEqual(read('{{ x }}.conf', {}), []);
  });
});
