import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal, isUnknown } from '../../src/runner/contract/task-type.ts';
import unarchive from '../../src/runner/tasks/unarchive.ts';
import {
  type Case,
  converge,
  desire,
  type Ground,
  inEachShell,
  laws,
  lay,
  look,
  makeGround,
  mustConverge,
  shells,
  worldOf,
} from './harness.ts';
import { without } from './services/without.ts';

const work = mkdtempSync(join(tmpdir(), 'mama-play-unarchive-'));
after(() => rmSync(work, { recursive: true, force: true }));
/** busybox has none. */
const zstd = join(work, 'zstd');
lay(zstd, { zstd: { link: '/usr/bin/zstd' } });
const HOW: Readonly<Record<string, readonly string[]>> = {
  'a.tar': ['tar', '-cf'],
  'a.tar.gz': ['tar', '-czf'],
  'a.tar.bz2': ['tar', '-cjf'],
  'a.tar.xz': ['tar', '-cJf'],
  'a.tar.zst': ['tar', '--zstd', '-cf'],
  'a.zip': ['zip', '-qry'],
};

/** What needs no package beyond Debian's base. */
const OF_EVERY_HOST = ['a.tar', 'a.tar.gz'];

/** An archive of these files, made by the tools of this machine. */
function archive(name: string, files: Parameters<typeof lay>[1], ...more: string[]): Buffer {
  const dir = mkdtempSync(join(work, 'x'));
  lay(join(dir, 'in'), files);
  const [program = '', ...words] = HOW[name]!;
  execFileSync(program, [...words, join(dir, name), ...more, '.'], { cwd: join(dir, 'in') });
  return readFileSync(join(dir, name));
}

/** A file and a directory on which such a bit stands. */
function setId(): Buffer {
  const dir = mkdtempSync(join(work, 'x'));
  lay(dir, { su: { content: 'x', mode: 0o4755 }, sg: null });
  chmodSync(join(dir, 'sg'), 0o2755);
  return execFileSync('tar', ['-czf', '-', '.'], { cwd: dir });
}

const FILES = {
  'b i n/run it': { content: '#!/bin/sh\n', mode: 0o755 },
  'conf/x\\y.ini': 'a=1\n',
  'conf/link': { link: '../b i n' },
  empty: null,
};
const A = archive('a.tar.gz', FILES);
const into =
  (more: JsonObject = {}) =>
  (g: Ground) => ({ src: 'a.tar.gz', dest: g.at('d'), ...more });
const files = { 'a.tar.gz': A };
const empty = (g: Ground) => g.lay({ d: null });

function complete(g: Ground): void {
  assert.equal(g.text('d/conf/x\\y.ini'), 'a=1\n');
  assert.equal(lstatSync(g.at('d/b i n/run it')).mode & 0o777, 0o755);
  assert.equal(readlinkSync(g.at('d/conf/link')), '../b i n');
  assert.ok(lstatSync(g.at('d/empty')).isDirectory());
}

/** Unpacked once, then something happens to it. */
const afterwards = (
  name: string,
  happens: (g: Ground) => void,
  delta: Case['delta'],
  more: JsonObject = {},
): Case => ({
  name,
  files,
  params(g) {
    empty(g);
    const desired = desire(unarchive, into(more)(g), g);
    const current = look(unarchive, desired, g);
    const change = unarchive.apply({}, desired, current) as { script: Parameters<Ground['run']>[0] };
    const reply = g.run(change.script, { stdin: A });
    assert.equal(reply.code, 0, String(Buffer.from(reply.err)));
    happens(g);
    return into(more)(g);
  },
  delta: delta ?? null,
  after: complete,
});

const cases: readonly Case[] = [
  ...Object.keys(HOW).map(
    (name): Case => ({
      name: `unpacks ${name}${OF_EVERY_HOST.includes(name) ? '' : ' @host'}`,
      get files() {
        return { [name]: archive(name, FILES) };
      },
      running: { tools: [zstd] },
      before: empty,
      params: into({ src: name }),
      delta: ['archive'],
      after: complete,
    }),
  ),
  {
    name: 'unpacks what lies on the host',
    before: (g) => g.lay({ d: null, "it's/a.tar.gz": A }),
    params: (g) => ({ src: g.at("it's/a.tar.gz"), dest: g.at('d'), remote_src: true }),
    delta: ['archive'],
    after: complete,
  },
  {
    name: 'gives owner and mode',
    files,
    before: (g) => g.lay({ 'd/empty': null }),
    params: into({ owner: 'daemon', group: 12, mode: '0640' }),
    delta: ['archive', 'group', 'mode', 'owner'],
    after(g) {
      const about = (path: string) => {
        const { mode, uid, gid } = lstatSync(g.at(path));
        return `${(mode & 0o777).toString(8)} ${uid} ${gid}`;
      };
      assert.deepEqual(['d/conf/x\\y.ini', 'd/conf', 'd/b i n/run it', 'd/empty'].map(about), [
        '640 1 12',
        '750 1 12',
        '640 1 12',
        '755 0 0',
      ]);
      assert.equal(lstatSync(g.at('d/conf/link')).uid, 1);
    },
  },
  afterwards('leaves it alone', () => {}, null),
  afterwards('puts a content right', (g) => writeFileSync(g.at('d/conf/x\\y.ini'), 'a=2\n'), [
    './conf/x\\y.ini',
  ]),
  afterwards('puts a mode right', (g) => chmodSync(g.at('d/b i n/run it'), 0o700), ['./b i n/run it']),
  afterwards('puts back what was removed', (g) => rmSync(g.at('d/b i n'), { recursive: true }), [
    './b i n',
    './b i n/run it',
  ]),
  afterwards(
    'puts a link right',
    (g) => {
      rmSync(g.at('d/conf/link'));
      g.lay({ 'd/conf/link': { link: '/etc' } });
    },
    ['./conf/link'],
  ),
  afterwards(
    'replaces a link by the file',
    (g) => {
      rmSync(g.at('d/conf/x\\y.ini'));
      g.lay({ other: 'a=1\n', 'd/conf/x\\y.ini': { link: '../../other' } });
    },
    ['./conf/x\\y.ini'],
  ),
  afterwards('keeps what others put there', (g) => g.lay({ 'd/conf/own': 'x' }), null),
  {
    name: 'does nothing where `creates` is',
    before: (g) => g.lay({ 'd/VERSION': '1' }),
    files,
    params: (g) => ({ ...into()(g), creates: g.at('d/VERSION') }),
    delta: null,
    after: (g) => assert.ok(!existsSync(g.at('d/conf'))),
  },
  {
    name: 'refuses a directory that is not there',
    files,
    params: into(),
    refused: /^the directory .*\/d does not exist$/,
  },
  {
    name: 'refuses a file in its place',
    files,
    before: (g) => g.lay({ d: '' }),
    params: into(),
    refused: /\/d is not a directory$/,
  },
  {
    name: 'refuses an archive that is not there',
    before: empty,
    params: (g) => ({ src: g.at('no.tar'), dest: g.at('d'), remote_src: true }),
    refused: /^there is no file .*\/no\.tar on the host$/,
  },
  {
    name: 'follows no link of the host',
    files,
    before: (g) => g.lay({ out: null, 'd/conf': { link: '../out' } }),
    params: into(),
    refused: /it is no directory, and the archive holds one of that name: .*\/d\/conf$/,
  },
  {
    name: 'makes no file of a directory',
    files,
    before: (g) => g.lay({ 'd/conf/link/x': 'mine' }),
    params: into(),
    refused: /it is a directory, and the archive holds none of that name: .*\/d\/conf\/link$/,
  },
  {
    name: 'refuses a broken archive',
    files: { 'a.tar.gz': A.subarray(0, A.length - 20) },
    before: empty,
    params: into(),
    refused: /could not change/,
  },
  {
    name: 'refuses names with line breaks',
    files: { 'a.tar': archive('a.tar', { 'x\ny': 'z' }) },
    before: empty,
    params: into({ src: 'a.tar' }),
    refused: /could not change/,
  },
];

laws(unarchive, cases);

describe('unarchive', () => {
  it('tells an archive by its name', () => {
    const ground = makeGround(shells()[0]!);
    const refusal = (params: JsonObject) => {
      const desired = desire(unarchive, { dest: '/d', ...params }, ground);
      return isRefusal(desired) ? desired.refusal : assert.fail('not refused');
    };
    assert.equal(refusal({ src: 'a.rar' }), 'a.rar bears no name of an archive that is known here');
    // A part of it would be a part of a secret that is not masked.
    assert.equal(refusal({ src: 'half/a.rar' }), 'half/a.rar bears no name of an archive that is known here');
    assert.equal(refusal({ src: 'a.zip', remote_src: true }), 'a.zip is no absolute path on the host');
    assert.equal(refusal({ src: 'a.zip' }), 'a.zip was not found');
    ground.remove();
  });

  inEachShell(
    'names the tool that is missing',
    (ground) => {
      empty(ground);
      const desired = desire(unarchive, into()(ground), ground);
      const current = look(unarchive, desired, without(ground, 'gzip'));
      const verdict = unarchive.decide(current, desired, worldOf({}));
      assert.ok(verdict && isRefusal(verdict));
      assert.equal(verdict.refusal, 'this host has no gzip, which unpacks a.tar.gz');
    },
    { files },
  );

  inEachShell(
    'stays in its place, whatever the archive names',
    async (ground) => {
      empty(ground);
      ground.lay({ out: null });
      const done = await converge(unarchive, into({ src: 'a.tar' })(ground), ground);
      assert.ok(!existsSync(ground.at('evil')) && !existsSync(ground.at('d/../evil')));
      assert.ok(!existsSync(ground.at('out/through')), JSON.stringify(done));
      assert.deepEqual(
        execFileSync('find', [ground.at('out')], { encoding: 'utf8' }).trim(),
        ground.at('out'),
      );
    },
    { files: { 'a.tar': evil() } },
  );

  inEachShell(
    'takes off set-ID bits',
    async (ground) => {
      empty(ground);
      mustConverge(await converge(unarchive, into()(ground), ground));
      assert.equal(lstatSync(ground.at('d/su')).mode & 0o7777, 0o755);
      assert.equal(lstatSync(ground.at('d/sg')).mode & 0o7777, 0o755);
    },
    { files: { 'a.tar.gz': setId() } },
  );

  inEachShell(
    'gives a directory the declared mode, and no more than that',
    async (ground) => {
      empty(ground);
      chmodSync(ground.at('d'), 0o2755);
      mustConverge(await converge(unarchive, into({ mode: '0750' })(ground), ground));
      assert.equal(lstatSync(ground.at('d/sg')).mode & 0o7777, 0o750);
    },
    { files: { 'a.tar.gz': setId() } },
  );

  it('knows in a dry run what earlier tasks would have made', () => {
    const ground = makeGround(shells()[0]!, { files });
    const desired = desire(unarchive, into()(ground), ground);
    const current = look(unarchive, desired, ground);
    const path = `path:${ground.at('d')}`;
    const made = unarchive.decide(current, desired, worldOf({ [path]: { kind: 'directory' } }));
    assert.ok(made && 'archive' in made);
    assert.deepEqual(unarchive.predict!(made as never, desired, current, worldOf({})), {
      [path]: { kind: 'directory', contents: 'unknown' },
    });
    const remote = desire(
      unarchive,
      { src: ground.at('later.tar'), dest: ground.dir, remote_src: true },
      ground,
    );
    const later = unarchive.decide(
      look(unarchive, remote, ground),
      remote,
      worldOf({ [`path:${ground.at('later.tar')}`]: { kind: 'file' } }),
    );
    ground.remove();
    assert.ok(later && isUnknown(later));
  });
});

/** A name that leads up, and a file behind a link that leads out. */
function evil(): Buffer {
  const dir = mkdtempSync(join(work, 'evil'));
  lay(dir, { evil: 'x', through: 'y', 'in/a': '', 'l/way': { link: '../out' }, 'f/way/through': 'y' });
  const tar = join(dir, 'a.tar');
  execFileSync('tar', ['-cf', tar, '-C', join(dir, 'l'), 'way'], {});
  execFileSync('tar', ['-rf', tar, '-C', join(dir, 'f'), 'way/through']);
  execFileSync('tar', ['-rPf', tar, '../evil'], { cwd: join(dir, 'in') });
  return readFileSync(tar);
}
