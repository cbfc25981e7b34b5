import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunFolder, findRun, runIds } from '../../src/runner/commands/run-folder.ts';
import { encryptVault } from '../../src/runner/language/vault.ts';
import { writeFiles } from '../engine/run-here.ts';
import { FakeProcess, runFake } from './fake-process.ts';

const SECRET = 'never-kept-s3cret';
const sealed = encryptVault(SECRET, Buffer.from('vault-pass')).replace(/^(?=.)/gm, '    ');
const FILES = {
  'inv.yaml': 'all:\n  vars: { ansible_connection: local }\n  hosts: { web1: , web2: }\n',
  'books/site.yaml': `- name: Site
  hosts: all
  vars_files: [../vars.yaml]
  tasks:
    - name: Say
      debug: { msg: "{{ pw }} at {{ inventory_hostname }}" }
    - name: Write
      copy: { content: "a\\n", dest: "${'{{ out }}'}/{{ inventory_hostname }}" }
    - name: Die
      fail: { msg: no way }
      when: inventory_hostname == "web2"
`,
  'books/wrong.yaml': '- hosts: all\n  tasks: [{ debgu: { msg: x } }]\n',
  'vars.yaml': `pw: !vault |\n${sealed}`,
  pass: 'vault-pass\n',
};

describe('run history', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-runs-'));
    writeFiles(dir, FILES);
    mkdirSync(join(dir, 'roles'));
    mkdirSync(join(dir, 'out'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const run = (line: string) => runFake(new FakeProcess(dir), line.split(' '));
  const play = (more = '') =>
    run(`books/site.yaml -i inv.yaml --vault-password-file pass -e out=${join(dir, 'out')}${more}`);
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const untimed = (text: string) => text.replace(/\b\d+(\.\d)? m?s\b/g, 'N ms');

  it('keeps what happened, for its owner only and without secrets', async () => {
    assert.equal((await play(' -t all -l web*')).code, 2);
    const [id, ...others] = runIds(dir);
    assert.deepEqual(others, []);
    assert.match(id!, /^\d{8}T\d{6}Z-[0-9a-f]{6}$/);
    const { path } = findRun(dir, id!)!;
    assert.equal(path, join(dir, '.mama-play/runs', id!));
    assert.deepEqual(readdirSync(path).sort(), ['events.ndjson', 'journal.ndjson', 'run.json']);
    for (const folder of ['.mama-play', '.mama-play/runs', `.mama-play/runs/${id}`])
      assert.equal(modeOf(join(dir, folder)), '700');
    for (const file of ['events.ndjson', 'journal.ndjson', 'run.json'])
      assert.equal(modeOf(join(path, file)), '600');
    assert.equal(readFileSync(join(dir, '.mama-play/.gitignore'), 'utf8'), '*\n');

    const { started, who, elapsed_ms, ...head } = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8'));
    assert.deepEqual(head, {
      id,
      version: '1.2.3',
      playbooks: ['books/site.yaml'],
      inventory: ['inv.yaml'],
      limit: 'web*',
      tags: ['all'],
      skip_tags: [],
      check: false,
      exit: 2,
      hosts: 2,
      counts: {
        ok: 4,
        changed: 2,
        would_change: 0,
        unknown: 0,
        skipped: 1,
        failed: 1,
        rescued: 0,
        ignored: 0,
        unreachable: 0,
      },
    });
    assert.equal(started.replace(/[-:]|\.\d+/g, ''), id!.slice(0, 16));
    assert.match(who, /@.* \(process -1\)$/);
    assert.ok(Number.isSafeInteger(elapsed_ms));

    const text = readFileSync(join(path, 'events.ndjson'), 'utf8');
    assert.ok(!text.includes(SECRET));
    assert.match(text, /"msg":"<secret [0-9a-f]{8}> at web1"/);
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([events[0].event, events.at(-1).event, events.length], ['play', 'recap', 8]);
    assert.ok(events.every(({ t }) => Number.isSafeInteger(t) && t >= 0));
  });

  it('runs show tells it again as it was told, runs list all of them', async () => {
    // Of one host: which hosts share a diff's lines hangs on when they come to it.
    const first = await play(' --check -D -l web2');
    const earlier = runIds(dir)[0]!;
    const second = await play(' --check -D -l web2 --output json');
    const latest = runIds(dir).find((id) => id !== earlier)!;
    const shown = await run(`runs show ${earlier} -D`);
    assert.deepEqual({ code: shown.code, err: shown.err }, { code: 0, err: '' });
    const [head, when, exit, blank, ...lines] = shown.out.split('\n');
    assert.deepEqual(
      [head, exit, blank],
      [`run ${earlier}: books/site.yaml -i inv.yaml --limit web2 --check`, 'exit 2', ''],
    );
    assert.match(when!, /^\d{4}-\d\d-\d\dT[\d:.]+Z, .*@.* \(process -1\), mama-play 1\.2\.3$/);
    assert.equal(lines.join('\n'), first.out);
    assert.match(first.out, /\+\+\+ content|content: \(absent\)/);

    const json = await run(`runs show ${latest.slice(-6)} --output json`);
    const [runLine, ...events] = json.out.split('\n');
    assert.equal(JSON.parse(runLine!).event, 'run');
    assert.equal(events.join('\n'), second.out);

    const listed = await run('runs list');
    assert.equal(listed.err, '');
    const rows = untimed(listed.out).split('\n');
    assert.match(rows[0]!, /^run +started \(UTC\) +playbooks +exit +took +hosts +tasks$/);
    assert.equal(rows.length, 4);
    for (const row of rows.slice(1, 3))
      assert.match(
        row,
        /^\d{8}T\d{6}Z-[0-9a-f]{6} {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}books\/site\.yaml \(check\) {2}2 {5}N ms +1 {6}ok=1 would change=1 failed=1$/,
      );
    const heads = (await run('runs list --output json')).out.trimEnd().split('\n');
    assert.deepEqual(
      heads.map((line) => JSON.parse(line).id),
      runIds(dir),
    );
    assert.deepEqual(await runFake(new FakeProcess(join(dir, 'books')), ['runs', 'list']), listed);
    assert.deepEqual(await runFake(new FakeProcess(tmpdir()), ['runs', 'list', '--project', dir]), listed);
  });

  it('shows a run that was cut off as far as it came', async () => {
    await play();
    const { path, id } = findRun(dir, runIds(dir)[0]!)!;
    const events = join(path, 'events.ndjson');
    const {
      exit: _exit,
      counts: _counts,
      hosts: _hosts,
      elapsed_ms: _ms,
      ...begun
    } = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8'));
    writeFileSync(join(path, 'run.json'), JSON.stringify(begun));
    writeFileSync(events, readFileSync(events, 'utf8').slice(0, -20));
    const { out } = await run('runs show');
    assert.match(out, /\nunfinished: it goes on, or was cut off\n\nplay Site: web1 web2\n/);
    assert.doesNotMatch(out, /round trip/);
    assert.match(
      (await run('runs list')).out,
      new RegExp(`^${id} .* - +- +- +unfinished: it goes on, or was cut off$`, 'm'),
    );
  });

  it('nothing is kept of what was refused or only looked at', async () => {
    await run('books/wrong.yaml -i inv.yaml');
    await play(' --list-tasks');
    await play(' --syntax-check');
    assert.equal(existsSync(join(dir, '.mama-play')), false);
    assert.deepEqual(await run('runs list'), {
      code: 1,
      out: '',
      err: 'error: no runs are kept here\n  they lie in .mama-play/runs/ of a project: go there, or give --project DIR\n',
    });
  });

  it('the last 50 are kept', () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 3, minute, 59));
    const made = Array.from({ length: 53 }, (_, minute) => createRunFolder(dir, at(minute)).id);
    assert.match(made[0]!, /^20260102T030059Z-/);
    assert.deepEqual(runIds(dir), made.slice(3).reverse());
    // A clock that was put back: the new one stays.
    const old = createRunFolder(dir, new Date(0)).id;
    assert.deepEqual(runIds(dir), [...made.slice(4).reverse(), old]);
  });

  it('finds a run by its beginning or end, if only one is meant', () => {
    const [a, b] = [0, 1].map((day) => createRunFolder(dir, new Date(Date.UTC(2026, 0, 1 + day))).id);
    assert.equal(findRun(dir, '20260101')?.id, a);
    assert.equal(findRun(dir, b!.slice(-6))?.id, b);
    assert.equal(findRun(dir, '2026'), null);
    assert.equal(findRun(dir, '2027'), null);
  });

  it('where it can not be kept, the run goes on and says so once', async () => {
    writeFileSync(join(dir, '.mama-play'), 'a file\n');
    const { code, err } = await play();
    assert.deepEqual(
      { code, err },
      {
        code: 2,
        err: `note: this run is not kept in ${join(dir, '.mama-play')}: ENOTDIR\n`,
      },
    );
  });

  it('a folder that others could look into is closed', () => {
    mkdirSync(join(dir, '.mama-play/runs'), { recursive: true, mode: 0o755 });
    createRunFolder(dir);
    assert.equal(modeOf(join(dir, '.mama-play/runs')), '700');
  });

  it('tells what it does not understand', async () => {
    const told: readonly (readonly [string, string])[] = [
      ['runs', 'give list or show'],
      ['runs lits', 'give list or show, not "lits"'],
      ['runs list abc', 'mama-play runs list takes no id: mama-play runs show ID'],
      ['runs list -D', '--diff goes with mama-play runs show only'],
      ['runs list -v', '--verbose goes with mama-play runs show only'],
      ['runs list --output tty', '--output tty goes with mama-play runs show only'],
    ];
    for (const [line, message] of told)
      assert.deepEqual(await run(line), {
        code: 1,
        out: '',
        err: `mama-play: ${message}\n  mama-play --help shows how it is used\n`,
      });
    await play();
    assert.deepEqual(await run('runs show 1999'), {
      code: 1,
      out: '',
      err: 'error: there is no run "1999"\n  mama-play runs list shows them\n',
    });
  });
});
