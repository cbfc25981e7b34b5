import assert from 'node:assert/strict';
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import gitType from '../../src/runner/tasks/git.ts';
import {
  applyAfter,
  type Case,
  converge,
  desire,
  type Ground,
  inEachShell,
  laws,
  look,
  makeGround,
  mustConverge,
  REAL,
  type Refused,
  shells,
  validateParams,
} from './harness.ts';
import { commit, git, withGit } from './services/git.ts';
import { without } from './services/without.ts';

const at = (more: JsonObject) => (ground: Ground) => ({
  repo: ground.at('repo'),
  dest: ground.at('dest'),
  ...more,
});
const head = (ground: Ground) => git(ground.at('dest'), 'rev-parse', 'HEAD');

/** Two commits on main, the first with a tag, and a branch with a third; made once, and copied. */
function history(ground: Ground): { first: string; second: string; third: string } {
  made ??= makeHistory();
  cpSync(made.dir, ground.at('repo'), { recursive: true, preserveTimestamps: true });
  return made;
}

let made: ReturnType<typeof makeHistory> | undefined;

function makeHistory() {
  const ground = makeGround(shells()[0]!);
  process.once('exit', () => ground.remove());
  const dir = ground.at('repo');
  const first = commit(ground, 'repo', { a: '1', 'dir/b': '1' });
  git(dir, 'tag', '-a', 'v1', '-m', 'v1');
  git(dir, 'checkout', '-q', '-b', 'other');
  const third = commit(ground, 'repo', { c: '3' });
  git(dir, 'checkout', '-q', 'main');
  return { dir, first, second: commit(ground, 'repo', { a: '2' }), third };
}

const trials: readonly Case[] = [
  {
    name: 'makes a checkout of what the repository has checked out',
    before: history,
    params: at({}),
    delta: ['version'],
    after: (g, done) => {
      assert.equal(g.text('dest/a'), '2');
      const to = git(g.at('repo'), 'rev-parse', 'HEAD');
      assert.deepEqual(done.delta, { version: { from: null, to: `${to.slice(0, 12)} (HEAD)` } });
      assert.deepEqual(done.result, { dest: g.at('dest'), before: null, after: to });
      assert.deepEqual(readdirSync(g.dir).sort(), ['dest', 'repo']);
      assert.equal(git(g.at('dest'), 'remote', 'get-url', 'origin'), g.at('repo'));
    },
  },
  {
    name: 'makes the directories on the way',
    before: history,
    params: (g) => ({ repo: g.at('repo'), dest: g.at('x/y y/dest'), version: 'v1' }),
    after: (g) => assert.equal(g.text('x/y y/dest/a'), '1'),
  },
  {
    name: 'a tag',
    before: history,
    params: at({ version: 'v1' }),
    after: (g) => assert.equal(g.text('dest/a'), '1'),
  },
  {
    name: 'a branch',
    before: history,
    params: at({ version: 'other' }),
    after: (g) => assert.equal(g.text('dest/c'), '3'),
  },
  {
    name: 'a reference by its full name',
    before: history,
    params: at({ version: 'refs/tags/v1' }),
    after: (g) => assert.equal(g.text('dest/a'), '1'),
  },
  {
    name: 'a full commit',
    params: (g) => at({ version: history(g).third })(g),
    after: (g, done) => {
      assert.equal(g.text('dest/c'), '3');
      assert.deepEqual(done.delta, { version: { from: null, to: head(g).slice(0, 12) } });
    },
  },
  {
    name: 'the beginning of a commit',
    params: (g) => at({ version: history(g).third.slice(0, 8) })(g),
    after: (g, done) => {
      assert.equal(g.text('dest/c'), '3');
      assert.equal(done.result['after'], head(g));
    },
  },
  {
    name: 'keeps the owner and the mode of an empty directory',
    before: (g) => {
      history(g);
      mkdirSync(g.at('dest'), { mode: 0o750 });
      chownSync(g.at('dest'), 0, 1234);
    },
    params: at({ version: 'v1' }),
    after: (g) => {
      const { mode, gid } = statSync(g.at('dest'));
      assert.deepEqual([mode & 0o777, gid], [0o750, 1234]);
      assert.deepEqual(readdirSync(g.at('dest')).sort(), ['.git', 'a', 'dir']);
    },
  },
  {
    name: 'sweeps up what an interrupted attempt left in an empty directory',
    before: (g) => {
      history(g);
      const twin = makeTwin(g);
      mkdirSync(g.at(`dest/${twin}`), { recursive: true });
    },
    params: at({}),
    after: (g) => assert.deepEqual(readdirSync(g.at('dest')).sort(), ['.git', 'a', 'dir']),
  },
  {
    name: 'follows the branch',
    before: (g) => {
      history(g);
      git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
      commit(g, 'repo', { a: '4', new: '4' });
      g.lay({ 'dest/untracked': 'mine' });
    },
    params: at({ version: 'main' }),
    delta: ['version'],
    after: (g, done) => {
      assert.deepEqual([g.text('dest/a'), g.text('dest/new'), g.text('dest/untracked')], ['4', '4', 'mine']);
      assert.match(String(done.delta?.['version']?.from), /^[0-9a-f]{12}$/);
      assert.match(String(done.delta?.['version']?.to), /^[0-9a-f]{12} \(main\)$/);
    },
  },
  {
    name: 'moves no branch of the checkout',
    before: (g) => {
      history(g);
      git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
      commit(g, 'dest', { mine: 'x' });
    },
    params: at({ version: 'v1' }),
    after: (g) => assert.equal(git(g.at('dest'), 'show', 'main:mine'), 'x'),
  },
  {
    name: 'goes with a repository that moved',
    before: (g) => {
      history(g);
      git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
      git(g.at('dest'), 'remote', 'set-url', 'origin', 'https://me:pa55word@git.example.org/x');
    },
    params: at({ version: 'main' }),
    delta: ['repo'],
    after: (g, done) => {
      assert.deepEqual(done.delta?.['repo'], { from: 'https://…@git.example.org/x', to: g.at('repo') });
      assert.equal(git(g.at('dest'), 'remote', 'get-url', 'origin'), g.at('repo'));
    },
  },
  {
    name: 'leaves local changes alone, and names them',
    before: (g) => {
      history(g);
      git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
      g.lay({ 'dest/a': 'mine', 'dest/dir/b': 'mine' });
    },
    params: at({ version: 'v1' }),
    refused: /^\S+ has local changes: a, dir\/b$/,
  },
  {
    name: 'discards local changes where it is told to',
    before: (g) => {
      history(g);
      git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
      g.lay({ 'dest/a': 'mine', 'dest/staged': 'mine', 'dest/untracked': 'mine' });
      git(g.at('dest'), 'add', 'staged');
      git(g.at('dest'), 'rm', '-q', 'dir/b');
    },
    params: at({ version: 'main', force: true }),
    delta: ['local_changes'],
    after: (g, done) => {
      assert.deepEqual(done.delta?.['local_changes'], { from: ['a', 'dir/b', 'staged'], to: [] });
      assert.deepEqual(
        [g.text('dest/a'), g.text('dest/dir/b'), g.text('dest/untracked')],
        ['2', '1', 'mine'],
      );
      assert.ok(!existsSync(g.at('dest/staged')));
    },
  },
  {
    name: 'finishes what was cut off',
    before: (g) => {
      history(g);
      git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
      g.lay({ 'dest/.git/mama-play-unfinished': '', 'dest/a': 'half' });
    },
    params: at({ version: 'main' }),
    delta: ['checkout'],
    after: (g) => assert.equal(g.text('dest/a'), '2'),
  },
  {
    name: 'leaves a checkout as it is where it is not to be updated',
    before: (g) => {
      history(g);
      git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
      commit(g, 'repo', { a: '4' });
    },
    params: at({ update: false }),
    delta: null,
  },
  {
    name: 'takes only as much of the history as is wanted',
    before: history,
    params: (g) => ({ repo: `file://${g.at('repo')}`, dest: g.at('dest'), version: 'main', depth: 1 }),
    after: (g) => assert.equal(git(g.at('dest'), 'rev-list', '--count', 'HEAD'), '1'),
  },
  {
    name: 'takes submodules along',
    before: (g) => withSubmodule(g),
    params: at({}),
    after: (g) => assert.equal(g.text('dest/sub/s'), '1'),
  },
  {
    name: 'leaves submodules out',
    before: (g) => withSubmodule(g),
    params: at({ recursive: false }),
    after: (g) => assert.ok(!existsSync(g.at('dest/sub/s'))),
  },
  {
    name: 'sees a submodule that is not as recorded',
    before: (g) => {
      withSubmodule(g);
      git(g.dir, 'clone', '-q', '--recurse-submodules', g.at('repo'), 'dest');
      commit(g, 'dest/sub', { s: '2' });
    },
    params: at({}),
    delta: ['submodules'],
    after: (g) => assert.equal(g.text('dest/sub/s'), '1'),
  },
  {
    name: 'a changed file in a submodule is a local change',
    before: (g) => {
      withSubmodule(g);
      git(g.dir, 'clone', '-q', '--recurse-submodules', g.at('repo'), 'dest');
      g.lay({ 'dest/sub/s': 'mine' });
    },
    params: at({ force: true }),
    delta: ['local_changes'],
    after: (g) => assert.equal(g.text('dest/sub/s'), '1'),
  },
  {
    name: 'refuses a directory with something in it',
    before: (g) => {
      history(g);
      g.lay({ 'dest/x': '' });
    },
    params: at({}),
    refused: /^\S+ is not empty and no git repository$/,
  },
  {
    name: 'refuses a file',
    before: (g) => {
      history(g);
      g.lay({ dest: '' });
    },
    params: at({}),
    refused: /^\S+ is no directory: it is left alone$/,
  },
  {
    name: 'refuses a version that is not there',
    before: history,
    params: at({ version: 'v9' }),
    refused: /repo has no branch or tag v9$/,
  },
  {
    name: 'refuses a repository that is not there',
    params: at({}),
    refused: /repo cannot be asked: '\S+' does not appear to be a git repository$/,
  },
];

const cases = trials.map((one) => ({ ...one, running: withGit() }));

/** What hangs on git and not on the shell is tried in one of them. */
const OF_GIT =
  /^(a |the beginning|a full|moves no|goes with|leaves (submodules|a checkout)|takes only|refuses)/;

function fieldsOf(delta: object | null): string[] | null {
  return delta && Object.keys(delta).sort();
}

/** The name of a temporary directory of ours for `dest`. */
function makeTwin(g: Ground): string {
  const desired = desire(gitType, at({})(g), g);
  return /\.mama-play-[0-9a-f]+\./.exec(gitType.probe(desired).text)?.[0].concat('aaaaaa') ?? assert.fail();
}

function withSubmodule(g: Ground): void {
  commit(g, 'sub', { s: '1' });
  commit(g, 'repo', { a: '1' });
  git(g.at('repo'), 'submodule', '-q', 'add', g.at('sub'), 'sub');
  commit(g, 'repo', {});
}

laws(
  gitType,
  cases.filter(({ name }) => !OF_GIT.test(name)),
  { mark: '@host' },
);

describe('git @host', () => {
  const each = (title: string, test: (ground: Ground) => void | Promise<void>) =>
    inEachShell(title, test, {}, withGit());
  const refused = async (params: JsonObject, ground: Ground): Promise<Refused> => {
    const done = await converge(gitType, params, ground);
    return done.kind === 'refused' ? done : assert.fail(JSON.stringify(done.delta));
  };

  for (const one of cases.filter(({ name }) => OF_GIT.test(name))) {
    it(one.name, async () => {
      const ground = makeGround(shells().at(-1)!, {}, one.running);
      one.before?.(ground);
      const params = typeof one.params === 'function' ? one.params(ground) : one.params;
      const done = await converge(gitType, params, ground);
      if (one.refused) {
        assert.match(done.kind === 'refused' ? done.refusal : 'not refused', one.refused);
      } else {
        if (one.delta !== undefined) assert.deepEqual(fieldsOf(mustConverge(done).delta), one.delta);
        one.after?.(ground, mustConverge(done));
        assert.equal(mustConverge(await converge(gitType, params, ground)).delta, null);
      }
      ground.remove();
    });
  }

  each('a full commit that is checked out is not asked for', async (g) => {
    const { first } = history(g);
    const params = at({ version: first })(g);
    mustConverge(await converge(gitType, params, g));
    git(g.dir, 'clone', '-q', '--bare', 'repo', 'elsewhere');
    g.run({ kind: 'script', text: `rm -rf '${g.at('repo')}'` });
    assert.equal(mustConverge(await converge(gitType, params, g)).delta, null);
    const other = await refused({ ...params, version: 'f'.repeat(40) }, g);
    assert.equal(other.by, 'apply');
    assert.equal(head(g), first);
  });

  each('says so where there is no such commit', async (g) => {
    history(g);
    const { refusal, by } = await refused(at({ version: 'f'.repeat(40) })(g), g);
    assert.equal(by, 'apply');
    assert.equal(
      refusal,
      `${g.at('repo')} has no commit ${'f'.repeat(40)}, or more than one whose name begins so`,
    );
    assert.deepEqual(readdirSync(g.dir), ['repo']);
    const short = await refused(at({ version: 'fffffff' })(g), g);
    assert.match(short.refusal, /has no commit fffffff/);
  });

  each('a branch and a tag of one name', async (g) => {
    history(g);
    git(g.at('repo'), 'branch', 'v1');
    const { refusal, hint } = await refused(at({ version: 'v1' })(g), g);
    assert.equal(refusal, `${g.at('repo')} has a branch v1 and a tag v1`);
    assert.equal(hint, 'say which: refs/heads/v1 or refs/tags/v1');
  });

  each('a file that is in the way is not overwritten without force', async (g) => {
    const { first } = history(g);
    git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
    git(g.at('dest'), 'checkout', '-q', first);
    commit(g, 'repo', { new: 'theirs' });
    g.lay({ 'dest/new': 'mine' });
    const { refusal, hint } = await refused(at({})(g), g);
    assert.match(refusal, /would be overwritten by checkout: new$/);
    assert.equal(hint, 'move them away; force: true replaces them');
    assert.deepEqual([g.text('dest/new'), head(g)], ['mine', first]);
    mustConverge(await converge(gitType, at({ force: true })(g), g));
    assert.equal(g.text('dest/new'), 'theirs');
  });

  each(
    'a file that is in the way of a commit that is here already is told before anything is tried',
    async (g) => {
      const { first } = history(g);
      commit(g, 'repo', { new: 'theirs', 'sub/a b': 'theirs', ignored: 'theirs' });
      git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
      git(g.at('dest'), 'checkout', '-q', first);
      g.lay({ 'dest/new': 'mine', 'dest/sub/a b': 'mine', 'dest/other': 'mine', 'dest/ignored': 'mine' });
      g.lay({ 'dest/.git/info/exclude': 'ignored\n' });
      const commits = [{}, { version: git(g.at('repo'), 'rev-parse', 'HEAD').trim() }];
      for (const params of commits) {
        const desired = desire(gitType, at(params)(g), g);
        const delta = gitType.decide(look(gitType, desired, g), desired, REAL);
        assert.ok(isRefusal(delta));
        assert.equal(
          delta.refusal,
          `${g.at('dest')} has files in the way that git does not track: new, sub/a b`,
        );
        assert.equal(delta.hint, 'move them away; force: true replaces them');
      }
      mustConverge(await converge(gitType, at({ version: first })(g), g));
      mustConverge(await converge(gitType, at({ force: true })(g), g));
      assert.equal(g.text('dest/new'), 'theirs');
    },
  );

  each('asks again where somebody checked out something else meanwhile', async (g) => {
    const { first, second } = history(g);
    git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
    commit(g, 'repo', { a: '4' });
    const params = at({})(g);
    const reply = await applyAfter(gitType, params, g, () => git(g.at('dest'), 'checkout', '-q', first));
    assert.equal(reply.code, 75);
    assert.equal(head(g), first);
    assert.notEqual(first, second);
  });

  each('a missing key, and a key that is there', async (g) => {
    history(g);
    const { refusal } = await refused(at({ key_file: g.at('no key') })(g), g);
    assert.equal(refusal, `key_file ${g.at('no key')} is not there, or may not be read`);
    writeFileSync(g.at("it's a key"), '');
    mustConverge(await converge(gitType, at({ key_file: g.at("it's a key") })(g), g));
  });

  each('is careful with ssh', async (g) => {
    g.lay({
      "k'ey": '',
      'bin/ssh': {
        content: `#!/bin/sh\nprintf '%s|' "$@" >>'${g.at('seen')}'\necho 'Host key verification failed.' >&2\nexit 255\n`,
        mode: 0o755,
      },
    });
    const tools = [g.at('bin'), ...(g.running.tools ?? [])];
    const ground = { ...g, run: (script: Parameters<Ground['run']>[0]) => g.run(script, { tools }) };
    const { refusal, hint } = await refused(
      { repo: 'git@git.example.org:x/y.git', dest: g.at('dest'), key_file: g.at("k'ey") },
      ground,
    );
    assert.equal(
      refusal,
      'git@git.example.org:x/y.git cannot be asked: Could not read from remote repository.',
    );
    assert.match(hint ?? '', /known_hosts/);
    assert.match(
      g.text('seen'),
      /^-o\|BatchMode=yes\|-o\|ConnectTimeout=15\|-o\|IdentitiesOnly=yes\|-i\|\S*k'ey\|/,
    );
    assert.doesNotMatch(g.text('seen'), /StrictHostKeyChecking/);
  });

  each('what fails half-way leaves nothing, or is finished later', async (g) => {
    history(g);
    const stub = `#!/bin/sh\ncase " $* " in *" checkout "*|*" reset "*) echo 'fatal: disk full' >&2; exit 128 ;; esac\nexec ${g.running.tools?.[0]}/git "$@"\n`;
    g.lay({ 'bin/git': { content: stub, mode: 0o755 } });
    const run = (script: Parameters<Ground['run']>[0]) =>
      g.run(script, { tools: [g.at('bin'), ...(g.running.tools ?? [])] });
    const beside = await refused(at({})(g), { ...g, run });
    assert.equal(beside.refusal, `${g.at('dest')}: disk full`);
    assert.deepEqual(readdirSync(g.dir).sort(), ['bin', 'repo']);
    mkdirSync(g.at('dest'));
    await refused(at({})(g), { ...g, run });
    assert.deepEqual(readdirSync(g.at('dest')), ['.git']);
    const done = mustConverge(await converge(gitType, at({})(g), g));
    assert.deepEqual(done.delta, { checkout: { from: 'interrupted', to: 'complete' } });
    assert.equal(g.text('dest/a'), '2');
  });

  each('a directory of somebody else', async (g) => {
    const { first } = history(g);
    git(g.dir, 'clone', '-q', g.at('repo'), 'dest');
    const run = (script: Parameters<Ground['run']>[0]) => g.run(script, { uid: 1234 });
    const { refusal, hint } = await refused(at({ version: first })(g), { ...g, run });
    assert.match(refusal, /^\S+dest cannot be looked at: detected dubious ownership in repository at /);
    assert.equal(hint, 'run it as the owner of the directory: `become_user`');
  });

  each('says so where there is no git', async (g) => {
    const { refusal, hint } = await refused(at({})(g), without(g, 'git'));
    assert.deepEqual(
      [refusal, hint],
      ['git is not installed on this host', 'install it in an earlier task (apt: git)'],
    );
  });

  it('knows what cannot be', () => {
    const faults = (params: JsonObject) =>
      validateParams(gitType, { repo: 'r', dest: '/d', ...params }).faults.length;
    assert.equal(faults({ version: 'feature/x-1.0' }), 0);
    assert.equal(faults({ repo: 'git@host:x/y y.git' }), 0);
    for (const params of [
      { repo: '-upload-pack=x' },
      { repo: '--upload-pack=x' },
      { repo: 'a\nb' },
      { version: '-x' },
      { version: 'a b' },
      { version: 'a..b' },
      { version: 'a^' },
      { version: 'HEAD~1' },
      { dest: 'rel' },
      { dest: '/a/../b' },
      { remote: '-x' },
      { depth: 0 },
      { accept_newhostkey: true },
    ] as JsonObject[]) {
      assert.notEqual(faults(params), 0, JSON.stringify(params));
    }
    const ground = makeGround(shells()[0]!);
    const desired = desire(gitType, { repo: 'https://me:pa55word@git.example.org/x', dest: '/d' }, ground);
    ground.remove();
    assert.ok(isRefusal(desired));
    assert.match(desired.refusal, /holds a password/);
    assert.doesNotMatch(JSON.stringify(desired), /pa55word/);
  });

  it('foretells that what will be in it is not known', () => {
    assert.deepEqual(gitType.predict?.({}, { dest: '/d' } as never, { nearest: null } as never, REAL), {
      'path:/d': { kind: 'directory', contents: 'unknown' },
    });
  });
});
