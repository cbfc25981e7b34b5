import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from '../engine/run-here.ts';
import { FakeProcess, runFake } from './fake-process.ts';

const FILES = {
  'inv.yaml': 'all:\n  vars: { ansible_connection: local }\n  hosts: { web1: , web2: , db: }\n',
  'site.yaml': `- name: Site
  hosts: all
  tasks:
    - name: Say
      debug: { msg: "hello {{ inventory_hostname }}" }
      tags: [talk, b]
    - name: Die
      fail: { msg: no way }
      when: inventory_hostname == "db"
- hosts: web*
  tasks: []
`,
  'local.yaml': '- hosts: localhost\n  tasks: [{ debug: { msg: hi } }]\n',
  'wrong.yaml': '- hosts: all\n  tasks:\n    - debgu: { msg: x }\n    - fail: { masg: x }\n',
};

describe('mama-play, from the command line to the exit code', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-cli-'));
    writeFiles(dir, FILES);
    mkdirSync(join(dir, 'books'));
    writeFiles(join(dir, 'books'), { 'a.yaml': '', 'b.yml': '', 'c.txt': '' });
    mkdirSync(join(dir, 'empty'));
    symlinkSync('loop.yaml', join(dir, 'loop.yaml'));
  });
  after(() => rmSync(dir, { recursive: true }));

  const run = (line: string) => runFake(new FakeProcess(dir), line.split(' '));
  const untimed = (text: string) =>
    text.replace(/"(elapsed_ms|ms)":\d+/g, '"$1":0').replace(/^\d+ ms/m, 'N ms');

  it('--version', async () => {
    assert.deepEqual(await run('site.yaml -v --version'), { code: 0, out: 'mama-play 1.2.3\n', err: '' });
  });

  it('--help', async () => {
    const { code, out, err } = await run('--help');
    assert.match(out, /^Usage: mama-play PLAYBOOK… -i INVENTORY \[options\]\n/);
    assert.deepEqual({ code, err }, { code: 0, err: '' });
  });

  it('a usage error is told on stderr, with --output json on stdout', async () => {
    assert.deepEqual(await run('site.yaml --chek'), {
      code: 1,
      out: '',
      err: "mama-play: unknown option '--chek': did you mean --check?\n  mama-play --help shows how it is used\n",
    });
    const { code, out, err } = await run('site.yaml --chek --output json');
    assert.equal(
      out,
      '{"event":"error","code":"usage","msg":"unknown option \'--chek\': did you mean --check?",' +
        '"hint":"mama-play --help shows how it is used"}\n',
    );
    assert.deepEqual({ code, err }, { code: 1, err: '' });
  });

  it('playbooks that are none', async () => {
    const told: readonly (readonly [string, string])[] = [
      ['sit.yaml', 'error: there is no playbook sit.yaml\n  did you mean "site.yaml"?\n'],
      ['deploy', 'error: there is no playbook deploy\n  mama-play --help lists the commands\n'],
      ['a/b/c.yaml', `error: there is no playbook a/b/c.yaml\n  looked for ${join(dir, 'a/b/c.yaml')}\n`],
      ['books', 'error: books is a directory, not a playbook\n  there is: books/a.yaml, books/b.yml\n'],
      ['empty', 'error: empty is a directory, not a playbook\n  give a file that ends in .yaml or .yml\n'],
      ['loop.yaml', "error: the playbook loop.yaml can't be read: ELOOP\n"],
    ];
    for (const [path, err] of told)
      assert.deepEqual(await run(`${path} -i inv.yaml`), { code: 1, out: '', err });
  });

  it('refusals of the text are summed up, and are events with --output json', async () => {
    const { code, out, err } = await run('wrong.yaml -i inv.yaml');
    assert.deepEqual({ code, out }, { code: 1, out: '' });
    assert.match(
      err,
      /^wrong\.yaml:3:7: error: .*debgu.*\n {2}3 \| {5}- debgu: \{ msg: x \}\n {4}\| {7}\^{5}\n/,
    );
    assert.match(err, /\n2 errors: nothing was done\n$/);
    const json = await run('wrong.yaml -i inv.yaml --output json');
    const events = json.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ event, at }) => `${event} ${at}`),
      ['error wrong.yaml:3:7', 'error wrong.yaml:4:15'],
    );
    assert.deepEqual(Object.keys(events[0]), ['event', 'code', 'at', 'msg', 'hint']);
    assert.equal(json.err, '');
  });

  it('without -i there is only localhost, and that is said', async () => {
    const { code, out, err } = await run('local.yaml');
    assert.equal(err, 'note: no inventory was given (-i): the only host is localhost\n');
    assert.match(out, /^play localhost: localhost\nok {11}localhost: debug: hi\n\nlocalhost {2}ok=1 /);
    assert.equal(code, 0);
    const refused = await run('site.yaml');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /no inventory was given/);
  });

  it('a run', async () => {
    const { code, out, err } = await run('site.yaml -i inv.yaml -f 1');
    assert.deepEqual({ code, err }, { code: 2, err: '' });
    assert.equal(
      untimed(out),
      `play Site: web1 web2 db
ok           web1: Say: hello web1
skipped      web1: Die
ok           web2: Say: hello web2
skipped      web2: Die
ok           db: Say: hello db
failed       db: Die: no way
  at site.yaml:7:7
play web*: web1 web2

web1  ok=1  changed=0  skipped=1  failed=0  0 round trips
web2  ok=1  changed=0  skipped=1  failed=0  0 round trips
db    ok=1  changed=0  skipped=0  failed=1  0 round trips  failed
N ms; 2 of 3 hosts done; failed: db
`,
    );
  });

  it('a run as JSON', async () => {
    const { code, out, err } = await run('site.yaml -i inv.yaml -l db --output json');
    assert.deepEqual(
      { code, err },
      { code: 2, err: 'note: play "web*" is skipped: --limit db leaves no host of "web*"\n' },
    );
    const head = '{"event":"task","host":"db","play":"Site","task"';
    const counts =
      '"ok":1,"changed":0,"would_change":0,"unknown":0,"skipped":0,"failed":1,"rescued":0,"ignored":0,"unreachable":0';
    assert.deepEqual(
      untimed(out)
        .replace(/"bytes_(\w+)":\d+/g, '"bytes_$1":0')
        .split('\n'),
      [
        '{"event":"play","play":"Site","hosts":["db"]}',
        `${head}:"Say","type":"debug","status":"ok","at":"site.yaml:4:7","msg":"hello db","ms":0}`,
        `${head}:"Die","type":"fail","status":"failed","at":"site.yaml:7:7","msg":"no way","ms":0}`,
        `{"event":"recap","ok":false,"elapsed_ms":0,"hosts":{"db":{${counts},"round_trips":0,"bytes_sent":0,` +
          '"bytes_received":0,"state":"failed"}}}',
        '',
      ],
    );
  });

  it('lists includes before what they bring in', async () => {
    writeFiles(dir, {
      'incl.yaml': '- hosts: all\n  tasks:\n    - include_tasks: more.yaml\n      tags: inc\n',
      'more.yaml': '- name: Inner\n  debug: {msg: x}\n',
    });
    assert.match(
      (await run('incl.yaml -i inv.yaml --list-tasks')).out,
      /\n {6}include_tasks {2}TAGS: \[inc\]\n {6}Inner {2}TAGS: \[\]\n/,
    );
    assert.match((await run('incl.yaml -i inv.yaml --list-tags')).out, /TASK TAGS: \[inc\]/);
    assert.equal((await run('incl.yaml -i inv.yaml --list-tasks --tags inc')).code, 0);
  });

  it('--syntax-check and the listings say what Ansible says', async () => {
    const out = async (line: string) => {
      const ran = await run(`site.yaml local.yaml -i inv.yaml ${line}`);
      assert.deepEqual({ code: ran.code, err: ran.err }, { code: 0, err: '' });
      return ran.out;
    };
    assert.equal(await out('--syntax-check'), 'playbook: site.yaml\nplaybook: local.yaml\n');
    assert.equal(await out('--syntax-check --output json'), '');
    assert.equal(
      await out('--list-tasks'),
      `playbook: site.yaml

  play #1 (all): Site
    tasks:
      Say  TAGS: [b, talk]
      Die  TAGS: []

  play #2 (web*): web*
    tasks:

playbook: local.yaml

  play #1 (localhost): localhost
    tasks:
      debug  TAGS: []
`,
    );
    assert.match(
      await out('--list-hosts'),
      /^ {2}play #1 \(all\): Site\n {4}hosts \(3\):\n {6}web1\n {6}web2\n {6}db\n/m,
    );
    assert.match(await out('--list-tags'), /^ {2}play #1 \(all\): Site\n {4}TASK TAGS: \[b, talk\]\n/m);
  });

  it('a password cannot be asked for where there is no terminal', async () => {
    const told = await run('site.yaml -i inv.yaml -K');
    assert.deepEqual(told, {
      code: 1,
      out: '',
      err:
        'error: a password is to be asked for (-k, -K), but there is no terminal to ask on\n' +
        '  run it where stdin is a terminal\n',
    });
    assert.match(
      (await run('site.yaml -i inv.yaml -k --output json')).out,
      /^\{"event":"error","code":"no-terminal",/,
    );
  });

  it('inventory', async () => {
    assert.equal(
      (await run('inventory -i inv.yaml --graph -l web*')).out,
      '@all:\n  |--@ungrouped:\n  |  |--web1\n  |  |--web2\n',
    );
    assert.deepEqual(JSON.parse((await run('inventory -i inv.yaml --host db')).out), {
      ansible_connection: 'local',
    });
    const unknown = await run('inventory -i inv.yaml --host web3');
    assert.equal(unknown.code, 1);
    assert.equal(unknown.err, 'error: there is no host "web3" in the inventory\n  did you mean "web1"?\n');
  });

  it('doc', async () => {
    const list = await run('doc');
    assert.match(list.out, /^debug +Shows a message, or the value of an expression\.$/m);
    const page = await run('doc copy');
    assert.match(page.out, /^# copy\n/);
    assert.match(page.out, /\n## Parameters\n\n/);
    const unknown = await run('doc copi');
    assert.deepEqual(unknown, {
      code: 1,
      out: '',
      err: 'mama-play: there is no task type "copi"\n  did you mean "copy"?\n',
    });
    const fake = new FakeProcess(dir, { TERM: 'xterm' }, true);
    fake.stdout.columns = 60;
    const { out } = await runFake(fake, ['doc', 'debug']);
    assert.match(out, /^\x1b\[1mdebug\x1b\[22m\n/);
    assert.ok(
      out
        .split('\n')
        .every((line) => line.startsWith('    ') || line.replace(/\x1b\[\d+m/g, '').length <= 60),
    );
  });

  it('on a terminal the live view, on a dumb one plain lines', async () => {
    const live = await runFake(new FakeProcess(dir, { TERM: 'xterm' }, true), [
      'local.yaml',
      '-i',
      'inv.yaml',
    ]);
    assert.match(live.out, /^\r\x1b\[K\x1b\[1mplay localhost\x1b\[22m: /);
    const dumb = await runFake(new FakeProcess(dir, { TERM: 'dumb' }, true), [
      'local.yaml',
      '-i',
      'inv.yaml',
    ]);
    assert.match(dumb.out, /^play localhost: localhost\n/);
    assert.doesNotMatch(dumb.out, /\x1b/);
  });
});
