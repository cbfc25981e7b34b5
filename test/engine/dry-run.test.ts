import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskEvent } from '../../src/runner/contract/event.ts';
import { runHere, snapshot, writeFiles } from './run-here.ts';

describe('a dry run', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-dry-'));
    mkdirSync(join(dir, 'host'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** `name status`, with the sort of an unknown. */
  const brief = ({ task, status, unknown }: TaskEvent) => [task, status, unknown].filter(Boolean).join(' ');

  async function check(tasks: string, handlers = '[]'): Promise<readonly TaskEvent[]> {
    writeFiles(dir, {
      'play.yaml': `- hosts: all\n  tasks:\n${tasks}\n  handlers: ${handlers}\n`,
      'inventory.yaml': `all:\n  hosts:\n    a: {ansible_connection: local, root: ${dir}/host}\n`,
    });
    const before = snapshot(join(dir, 'host'));
    const ran = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml', '--check']);
    assert.deepEqual(ran.refused, []);
    assert.deepEqual(snapshot(join(dir, 'host')), before);
    return ran.tasks;
  }

  it('behind a command that could do anything a task depends on the run, and says what it would change now', async () => {
    const told = await check(`
    - {name: free, shell: "rm -rf {{ root }}/x"}
    - {name: page, copy: {dest: "{{ root }}/page", content: "new\\n"}}`);
    assert.deepEqual(told.map(brief), ['free unknown unknowable', 'page unknown depends']);
    assert.equal(
      told[1]!.msg,
      'as the host is now, it would change this; but "free" was not run: what it does is not known',
    );
    assert.deepEqual(told[1]!.delta?.['content'], { from: null, to: 'new\n' });
  });

  it('a backup is uncertain only to who looks at all that is beside it', async () => {
    writeFiles(dir, { 'host/d/f': 'old', 'files/d/f': 'new' });
    const told = await check(`
    - {name: page, copy: {dest: "{{ root }}/d/f", content: new, backup: true}}
    - {name: again, copy: {dest: "{{ root }}/d/f", content: new, backup: true}}
    - {name: new, copy: {dest: "{{ root }}/d/g", content: x, backup: true}}
    - {name: beside, stat: {path: "{{ root }}/d/h"}}
    - {name: all, copy: {src: files/d/, dest: "{{ root }}/d", delete: true}}`);
    assert.deepEqual(told.map(brief), [
      'page would_change',
      'again ok',
      'new would_change',
      'beside ok',
      'all unknown depends',
    ]);
  });

  it('what only reads, is needless or cannot meet it makes nothing uncertain', async () => {
    writeFiles(dir, { 'host/done': '' });
    const told = await check(`
    - {name: reads, shell: uptime, changed_when: false}
    - {name: needless, shell: {cmd: "echo x", creates: "{{ root }}/done"}}
    - {name: rows, psql_exec: {sql: "delete from t", container: db}}
    - {name: page, copy: {dest: "{{ root }}/page", content: x}}
    - {name: look, stat: {path: "{{ root }}/done"}, register: s}
    - {name: seen, debug: {msg: x}, when: s.stat.exists}`);
    assert.deepEqual(told.map(brief), [
      'reads unknown unknowable',
      'needless ok',
      'rows unknown unknowable',
      'page would_change',
      'look ok',
      'seen ok',
    ]);
  });

  it('an action whose failure would be ignored notifies nobody for certain, and what reads its result hangs on the run', async () => {
    const shell = '{cmd: "echo x > {{ root }}/no/x", creates: "{{ root }}/no/x"}';
    const handler = '[{name: h, debug: {msg: x}}]';
    const seen = '{name: seen, debug: {msg: x}, when: "!r.failed"}';
    const told = async (words: string) =>
      (
        await check(
          `\n    - {name: t, shell: ${shell}, register: r, notify: h${words}}\n    - ${seen}`,
          handler,
        )
      )
        .filter(({ item }) => item === undefined)
        .map(brief);
    const loose = ['t would_change', 'seen unknown depends', 'h unknown depends'];
    assert.deepEqual(await told(''), ['t would_change', 'seen ok', 'h ok']);
    assert.deepEqual(await told(', ignore_errors: true'), loose);
    assert.deepEqual(await told(', ignore_errors: true, loop: [1]'), loose);
  });

  it('tasks on one path see what those before them would have made of it', async () => {
    writeFiles(dir, { 'host/f': 'old\n' });
    const told = await check(`
    - {name: first, copy: {dest: "{{ root }}/f", content: "one\\n"}}
    - {name: again, copy: {dest: "{{ root }}/f", content: "one\\n"}}
    - {name: back, copy: {dest: "{{ root }}/f", content: "old\\n"}}
    - {name: line, lineinfile: {path: "{{ root }}/f", line: more}}
    - {name: lined, copy: {dest: "{{ root }}/f", content: "old\\nmore\\n"}}
    - {name: mode, file: {path: "{{ root }}/f", mode: "0600"}}
    - {name: kept, file: {path: "{{ root }}/f", mode: "0600"}}
    - {name: gone, file: {path: "{{ root }}/f", state: absent}}
    - {name: lost, file: {path: "{{ root }}/f", state: file}, ignore_errors: true}
    - {name: made, file: {path: "{{ root }}/f/deep", state: directory}}
    - {name: inside, copy: {dest: "{{ root }}/f/deep/x", content: x}}
    - {name: look, stat: {path: "{{ root }}/f/deep"}}`);
    assert.deepEqual(told.map(brief), [
      'first would_change',
      'again ok',
      'back would_change',
      'line would_change',
      'lined ok',
      'mode would_change',
      'kept ok',
      'gone would_change',
      'lost ignored',
      'made would_change',
      'inside would_change',
      'look unknown depends',
    ]);
    assert.deepEqual(told[2]!.delta?.['content'], { from: 'one\n', to: 'old\n' });
    assert.equal(told[11]!.msg, `"made" would change ${dir}/host/f before, which may alter the answer`);
  });

  it('a link on the way does not hide what would be changed behind it', async () => {
    writeFiles(dir, { 'host/real/f': 'x\n' });
    const told = await check(`
    - {name: link, file: {path: "{{ root }}/link", state: link, src: "{{ root }}/real"}}
    - {name: through, copy: {dest: "{{ root }}/link/f", content: "x\\n"}}`);
    assert.deepEqual(told.map(brief), ['link would_change', 'through unknown depends']);
    assert.match(told[1]!.msg ?? '', /where the link .*\/link leads to/);
  });

  it('a link to what an earlier task would make leads there by then', async () => {
    symlinkSync(join(dir, 'host/late'), join(dir, 'host/link'));
    const told = await check(`
    - {name: other, copy: {dest: "{{ root }}/link/x", content: x}, ignore_errors: true}
    - {name: late, file: {path: "{{ root }}/late", state: directory}}
    - {name: in it, copy: {dest: "{{ root }}/link/x", content: x}}
    - {name: look, stat: {path: "{{ root }}/link/x"}}
    - {name: guarded, command: {cmd: "true", creates: "{{ root }}/link/x"}}`);
    assert.deepEqual(told.map(brief), [
      'other ignored',
      'late would_change',
      'in it unknown depends',
      'look unknown depends',
      'guarded unknown depends',
    ]);
  });

  it('a file goes where a directory would be no more, and nobody knows where behind a link that would be', async () => {
    for (const name of ['gone', 'deep/gone', 'real']) mkdirSync(join(dir, 'host', name), { recursive: true });
    writeFiles(dir, { 'templates/page': 'x\n' });
    const told = await check(`
    - {name: gone, file: {path: "{{ root }}/gone", state: absent}}
    - {name: file, template: {src: page, dest: "{{ root }}/gone"}}
    - {name: above, file: {path: "{{ root }}/deep", state: absent}}
    - {name: lost, template: {src: page, dest: "{{ root }}/deep/gone"}, ignore_errors: true}`);
    assert.deepEqual(told.map(brief), [
      'gone would_change',
      'file would_change',
      'above would_change',
      'lost ignored',
    ]);
    writeFiles(dir, { 'host/f': 'x\n' });
    const copied = await check(`
    - {name: made, file: {path: "{{ root }}/new", state: directory}}
    - {name: into, copy: {remote_src: true, src: "{{ root }}/f", dest: "{{ root }}/new"}}
    - {name: there, copy: {remote_src: true, src: "{{ root }}/f", dest: "{{ root }}/new/f"}}`);
    assert.deepEqual(copied.map(brief), ['made would_change', 'into would_change', 'there ok']);
    const led = await check(`
    - {name: link, file: {path: "{{ root }}/link", state: link, src: "{{ root }}/real"}}
    - {name: behind, template: {src: page, dest: "{{ root }}/link"}}`);
    assert.deepEqual(led.map(brief), ['link would_change', 'behind unknown depends']);
  });

  it('a loop that would change one item and fails at another counts as changed to whoever reads it', async () => {
    writeFiles(dir, { 'host/file': '' });
    const told = await check(`
    - {name: loop, file: {path: "{{ root }}/{{ item }}", state: directory}, loop: [new, file], register: r, ignore_errors: true}
    - {name: seen, debug: {msg: x}, when: r.changed}`);
    assert.deepEqual(told.filter(({ item }) => item === undefined).map(brief), ['loop ignored', 'seen ok']);
  });

  it('a guarded command leaves something behind, also where it is said never to change anything', async () => {
    const told = await check(`
    - {name: one, shell: {cmd: "echo x > {{ root }}/x", creates: "{{ root }}/x"}, changed_when: false}
    - {name: two, shell: {cmd: "echo x > {{ root }}/x", creates: "{{ root }}/x"}}`);
    assert.deepEqual(told.map(brief), ['one ok', 'two unknown depends']);
  });

  it('behind a condition that is not known, only what the task could alter is uncertain', async () => {
    writeFiles(dir, { 'host/same': 'x\n' });
    const told = await check(`
    - {name: asked, command: "true", register: r, changed_when: false}
    - {name: same, copy: {dest: "{{ root }}/same", content: "x\\n"}, when: r.rc == 0}
    - {name: maybe, copy: {dest: "{{ root }}/maybe", content: "x\\n"}, when: r.rc == 0}
    - {name: other, copy: {dest: "{{ root }}/other", content: "x\\n"}}
    - {name: it, file: {path: "{{ root }}/maybe", state: absent}}
    - {name: value, set_fact: {n: 1}, when: r.rc == 0}
    - {name: told, debug: {msg: "{{ n }}"}}`);
    assert.deepEqual(told.map(brief), [
      'asked unknown unknowable',
      'same unknown depends',
      'maybe unknown depends',
      'other would_change',
      'it unknown depends',
      'value unknown depends',
      'told unknown depends',
    ]);
  });

  it('behind a block that may be rescued, what its tasks would have done is uncertain', async () => {
    const told = await check(
      `
    - block:
        - {name: may fail, command: "false", changed_when: false}
        - {name: then, copy: {dest: "{{ root }}/then", content: x}, notify: h, register: r}
      rescue:
        - {name: rescue, file: {path: "{{ root }}/dir", state: directory}}
    - {name: again, copy: {dest: "{{ root }}/then", content: x}}
    - {name: if, debug: {msg: x}, when: r.changed}`,
      '[{name: h, debug: {msg: x}}]',
    );
    assert.deepEqual(told.map(brief), [
      'may fail unknown unknowable',
      'then would_change',
      'again unknown depends',
      'if unknown depends',
      'h unknown depends',
    ]);
    assert.match(told[2]!.msg ?? '', /it is not known whether "may fail" fails/);
  });

  it('a failure that is foreseen goes the way of a real one', async () => {
    const told = await check(`
    - block:
        - {name: fails, copy: {dest: "{{ root }}/none/f", content: x}}
      rescue:
        - {name: rescue, file: {path: "{{ root }}/none", state: directory}}
    - {name: after, copy: {dest: "{{ root }}/none/f", content: x}}`);
    assert.deepEqual(told.map(brief), ['fails failed', 'rescue would_change', 'after would_change']);
  });
});
