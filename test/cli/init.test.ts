import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeProcess, runFake } from './fake-process.ts';

describe('mama-play init', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-init-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  const run = (cwd: string, line: string) => runFake(new FakeProcess(cwd), line.split(' '));

  it('makes a project that runs at once, and changes nothing the second time', async () => {
    const { code, out, err } = await run(dir, 'init new/one');
    assert.deepEqual([code, err], [0, '']);
    assert.match(
      out,
      /Try it:\n {2}cd new\/one && mama-play playbooks\/site\.yaml -i inventory\/local\.yaml\n$/,
    );
    const project = join(dir, 'new/one');
    const play = 'playbooks/site.yaml -i inventory/local.yaml --output json';
    const recap = async () => {
      const ran = await run(project, play);
      assert.equal(ran.code, 0, ran.out + ran.err);
      return JSON.parse(ran.out.trimEnd().split('\n').at(-1)!).hosts.here;
    };
    const first = await recap();
    assert.deepEqual([first.changed, first.failed], [2, 0]);
    assert.equal(
      readFileSync(join(project, 'inventory/greeting/hello.txt'), 'utf8'),
      'Hello, world, from here.\n',
    );
    const second = await recap();
    assert.deepEqual([second.ok, second.changed], [2, 0]);
    assert.equal(
      (await run(project, 'lint playbooks -i inventory/local.yaml')).out,
      '1 playbook: nothing is wrong\n',
    );
  });

  it('touches nothing that is there', async () => {
    writeFileSync(join(dir, 'mine'), 'x');
    const { code, err } = await run(dir, 'init .');
    assert.deepEqual(
      [code, err],
      [1, 'mama-play: . is not empty\n  give a new directory: mama-play init DIR\n'],
    );
    assert.deepEqual((await run(dir, 'init mine')).err, "mama-play: mine can't be made: EEXIST\n");
    assert.match((await run(dir, 'init')).err, /^mama-play: no directory was given: mama-play init DIR\n/);
  });
});
