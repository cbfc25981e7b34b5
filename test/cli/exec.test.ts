import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from '../engine/run-here.ts';
import { FakeProcess, runFake } from './fake-process.ts';

const INVENTORY = `all:
  vars: { ansible_connection: local }
  hosts: { web01: , web02: , web03: , db: }
  children: { web: { hosts: { web01: , web02: , web03: } } }
`;

describe('mama-play exec', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-exec-'));
    writeFiles(dir, { 'inv.yaml': INVENTORY });
  });
  after(() => rmSync(dir, { recursive: true }));

  const run = (...words: string[]) => runFake(new FakeProcess(dir), ['exec', ...words]);
  const onAll = (...words: string[]) => run('all', '-i', 'inv.yaml', ...words);

  it('tells once what came out on several hosts', async () => {
    assert.deepEqual(await onAll('--', 'echo hello; echo there >&2'), {
      code: 0,
      out: 'web{01..03} db | ok\nhello\nthere\n',
      err: '',
    });
  });

  it('tells apart what differs, and the code with which it failed', async () => {
    const once = `mkdir ${join(dir, 'first')} 2>/dev/null && echo first || exit 3`;
    const { code, out } = await onAll('-f', '1', '--', once);
    assert.equal(code, 2);
    assert.equal(out, 'web01 | ok\nfirst\n\nweb02 web03 db | failed (rc 3)\nexited 3\n');
  });

  it('runs one word by a shell, and several as they are', async () => {
    assert.equal((await onAll('-l', 'db', '--', 'echo $((1 + 2)) "a  b"')).out, 'db | ok\n3 a  b\n');
    const exact = await onAll(
      '-l',
      'db',
      '--',
      'printf',
      '[%s]',
      '$(id)',
      '{{ x }} {{.Names}}',
      "it's",
      '-n',
    );
    assert.equal(exact.out, "db | ok\n[$(id)][{{ x }} {{.Names}}][it's][-n]\n");
  });

  it('takes patterns and limits', async () => {
    assert.equal((await run('web:!web02', '-i', 'inv.yaml', '--', 'true')).out, 'web01 web03 | ok\n');
    const unknown = await run('wbe', '-i', 'inv.yaml', '--', 'true');
    assert.deepEqual(unknown, {
      code: 1,
      out: '',
      err: 'PATTERN:1:1: error: there is no host or group "wbe" in the inventory\n  did you mean "web"?\n',
    });
    const none = await run('web', '-i', 'inv.yaml', '-l', 'db', '--', 'true');
    assert.deepEqual([none.code, none.err], [1, 'error: --limit db leaves no host of "web"\n']);
  });

  it('tells programs one event per host and a recap', async () => {
    const { code, out } = await onAll('--output', 'json', '-l', 'web', '--', 'echo x; exit 4');
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ event }) => event),
      ['play', 'task', 'task', 'task', 'recap'],
    );
    assert.deepEqual(
      events
        .slice(1, 4)
        .map(({ host }) => host)
        .sort(),
      ['web01', 'web02', 'web03'],
    );
    for (const { status, result } of events.slice(1, 4))
      assert.deepEqual([status, result.rc, result.stdout], ['failed', 4, 'x']);
    assert.equal(code, 2);
  });

  it('exits 4 where a host is unreachable and none failed', async () => {
    const { code, out } = await run('all', '-i', 'nowhere.invalid,', '--', 'true');
    assert.equal(code, 4);
    assert.match(out, /^nowhere\.invalid \| unreachable\n/);
  });

  it('refuses a line without hosts or without a command', async () => {
    assert.match(
      (await run('-i', 'inv.yaml')).err,
      /^mama-play: no hosts were given: mama-play exec PATTERN/,
    );
    assert.match((await onAll()).err, /^mama-play: no command was given/);
    assert.match((await onAll('--', ' ')).err, /^mama-play: the command is empty/);
  });

  it('its help has 80 columns at most', async () => {
    const { out } = await run('--help');
    assert.deepEqual(
      out.split('\n').filter((line) => [...line].length > 80),
      [],
    );
  });
});
