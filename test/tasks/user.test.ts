import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import type { Script } from '../../src/runner/contract/script.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import { ACCOUNT_FILES } from '../../src/runner/tasks/lib/accounts/files.ts';
import user from '../../src/runner/tasks/user.ts';
import {
  converge,
  declarationLaws,
  desire,
  makeGround,
  REAL,
  shells,
  shellsFor,
  validateParams,
  worldOf,
} from './harness.ts';
import { asNobody, refusedOf, settles } from './services/accounts.ts';
import { type LittleRoot, makeLittleRoot } from './services/little-root.ts';
import { without } from './services/without.ts';

declarationLaws(user);

const HASH = '$6$salt$abcDEF./0123456789';
const OTHER = '$y$j9T$other$0123456789';

describe('user', () => {
  it('waits a moment for what a shell of the user leaves behind, once', () => {
    const dir = mkdtempSync(join(tmpdir(), 'mama-user-'));
    const tool = (name: string, code: string) =>
      writeFileSync(join(dir, name), `#!/bin/sh\necho ${name} >>${dir}/log\n${code}\n`, { mode: 0o755 });
    tool('sleep', 'exit 0');
    const said = (userdel: string) => {
      rmSync(join(dir, 'log'), { force: true });
      tool('userdel', userdel);
      const desired = user.desire({ name: 'eve', state: 'absent' } as never, {} as never) as never;
      const { text } = user.apply(
        { state: { from: 'present', to: 'absent' } },
        desired,
        {} as never,
      ) as Script;
      const { status } = spawnSync('sh', ['-c', text], { env: { PATH: `${dir}:/usr/bin:/bin` } });
      return [status, readFileSync(join(dir, 'log'), 'utf8').trim().split('\n').join(' ')];
    };
    assert.deepEqual(said('exit 0'), [0, 'userdel']);
    assert.deepEqual(said(`[ -e ${dir}/once ] || { : >${dir}/once; exit 8; }`), [0, 'userdel sleep userdel']);
    assert.deepEqual(said('exit 8'), [8, 'userdel sleep userdel']);
    assert.deepEqual(said('exit 6'), [6, 'userdel']);
    rmSync(dir, { recursive: true });
  });

  const refusals: readonly (readonly [JsonObject, string])[] = [
    [{ name: 'a', password: 'letmein' }, 'password is not a hash as /etc/shadow holds it'],
    [{ name: 'a', password: `${HASH}:0` }, 'password is not a hash as /etc/shadow holds it'],
    [{ name: 'a', password: `${HASH}\nroot:x` }, 'password is not a hash as /etc/shadow holds it'],
    [
      { name: 'a', password: `!${HASH}`, password_lock: false },
      'a password that begins with `!` is a locked one, and password_lock is false',
    ],
    [{ name: 'a', remove: true }, 'remove goes with state: absent only'],
    [{ name: 'a', move_home: true }, 'move_home needs the new `home`'],
  ];
  for (const [params, refusal] of refusals) {
    it(`refuses ${JSON.stringify(params)}, and shows no password`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(user, params, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.equal(desired.refusal, refusal);
      assert.doesNotMatch(JSON.stringify(desired), /letmein|salt/);
    });
  }
  it('knows what cannot be', () => {
    const bad: JsonObject[] = [
      { name: '-r' },
      { name: 'a', uid: -1 },
      { name: 'a', comment: 'a:b' },
      { name: 'a', comment: 'a\nb' },
      { name: 'a', home: 'home/a' },
      { name: 'a', groups: ['-x'] },
      { name: 'a', group: 'a:b' },
      { name: 'a', password: '' },
    ];
    for (const params of bad)
      assert.notEqual(validateParams(user, params).faults.length, 0, JSON.stringify(params));
    assert.deepEqual(
      validateParams(user, { name: 'a', createhome: false, groups: 'adm, docker' }).faults,
      [],
    );
  });

  for (const shell of shells()) {
    const trial = (title: string, test: (root: LittleRoot) => Promise<void>) => {
      if (!shellsFor(title).includes(shell)) return;
      it(`${title} (${shell.name})`, async () => {
        const root = makeLittleRoot(shell);
        try {
          await test(root);
        } finally {
          root.ground.remove();
        }
      });
    };
    const run = (root: LittleRoot, params: JsonObject) => settles(user, params, root);
    const refused = (root: LittleRoot, params: JsonObject) => refusedOf(user, params, root);
    const shadow = (root: LittleRoot, name: string) => root.entry('shadow', name)?.split(':')[1];

    trial('makes one, with all that is declared', async (root) => {
      const done = await run(root, {
        name: 'deploy',
        uid: 2000,
        groups: ['docker', 'adm'],
        comment: `O'Neill, "D" $(id) ü`,
        shell: '/bin/bash',
        home: '/home/the deployer',
        password: HASH,
      });
      assert.deepEqual(done.delta, {
        state: { from: 'absent', to: 'present' },
        uid: { from: null, to: 2000 },
        groups: { from: [], to: ['adm', 'docker'] },
        comment: { from: null, to: `O'Neill, "D" $(id) ü` },
        home: { from: null, to: '/home/the deployer' },
        shell: { from: null, to: '/bin/bash' },
        password: { from: null, to: '(as declared)' },
      });
      assert.equal(
        root.entry('passwd', 'deploy'),
        `deploy:x:2000:2000:O'Neill, "D" $(id) ü:/home/the deployer:/bin/bash`,
      );
      assert.equal(shadow(root, 'deploy'), HASH);
      assert.equal(root.entry('group', 'docker'), 'docker:x:998:www,deploy');
      assert.ok(existsSync(root.ground.at('home/the deployer/.profile')));
      const { uid, gid, mode } = statSync(root.ground.at('home/the deployer'));
      assert.deepEqual([uid, gid, mode & 0o777], [2000, 2000, 0o750]);
      assert.deepEqual(done.result, {
        name: 'deploy',
        state: 'present',
        uid: 2000,
        group: 2000,
        home: '/home/the deployer',
        shell: '/bin/bash',
      });
    });

    trial('makes one of the system', async (root) => {
      const done = await run(root, { name: 'mama', system: true, group: 'adm', create_home: false });
      assert.deepEqual(Object.keys(done.delta ?? {}), ['state', 'group']);
      assert.ok(Number(done.result['uid']) < 1000);
      assert.equal(done.result['group'], 4);
      assert.ok(!existsSync(root.ground.at('home/mama')));
    });

    trial('makes one whose group is there already', async (root) => {
      assert.equal((await run(root, { name: 'docker' })).result['group'], 998);
    });

    trial('changes exactly what differs', async (root) => {
      const same = {
        name: 'www',
        uid: 33,
        group: 'www',
        comment: 'www',
        home: '/var/www',
        groups: ['docker'],
      };
      assert.equal((await run(root, same)).delta, null);
      const done = await run(root, {
        ...same,
        uid: 34,
        comment: 'web',
        groups: 'adm',
        group: 4,
        shell: '/bin/sh',
      });
      assert.deepEqual(done.delta, {
        uid: { from: 33, to: 34 },
        group: { from: 'www', to: '4' },
        groups: { from: ['docker'], to: [] },
        comment: { from: 'www', to: 'web' },
        shell: { from: '/usr/sbin/nologin', to: '/bin/sh' },
      });
      assert.equal(root.entry('passwd', 'www'), 'www:x:34:4:web:/var/www:/bin/sh');
      assert.equal(root.entry('group', 'docker'), 'docker:x:998:');
    });

    trial('adds to groups, and leaves all of them', async (root) => {
      const done = await run(root, { name: 'www', groups: ['adm'], append: true });
      assert.deepEqual(done.delta, { groups: { from: ['docker'], to: ['adm', 'docker'] } });
      assert.equal((await run(root, { name: 'www', groups: ['docker'], append: true })).delta, null);
      const none = await run(root, { name: 'www', groups: [] });
      assert.deepEqual(none.delta, { groups: { from: ['adm', 'docker'], to: [] } });
    });

    trial('keeps the password as declared, and shows none', async (root) => {
      const set = await run(root, { name: 'www', password: HASH });
      assert.deepEqual(set.delta, { password: { from: '(another one)', to: '(as declared)' } });
      assert.equal(shadow(root, 'www'), HASH);
      const once = { name: 'www', password: OTHER, update_password: 'on_create' };
      assert.equal((await run(root, once)).delta, null);
      const locked = await run(root, { name: 'www', password_lock: true });
      assert.deepEqual(locked.delta, { password_lock: { from: false, to: true } });
      assert.equal(shadow(root, 'www'), `!${HASH}`);
      const stays = await run(root, { name: 'www', password: OTHER });
      assert.equal(shadow(root, 'www'), `!${OTHER}`);
      await run(root, { name: 'www', password_lock: false });
      assert.equal(shadow(root, 'www'), OTHER);
      await run(root, { name: 'www', password: '!' });
      assert.equal(shadow(root, 'www'), '!');
      await run(root, { name: 'www', password: '*', password_lock: false });
      assert.equal(shadow(root, 'www'), '*');
      const said = JSON.stringify(
        [set, stays].map(({ delta, current, result }) => ({ delta, current, result })),
      );
      assert.doesNotMatch(said, /salt|other\$/);
    });

    trial('a home directory is not moved to where one is', async (root) => {
      await run(root, { name: 'eve' });
      mkdirSync(root.ground.at('home/other'));
      const { refusal, hint } = await refused(root, { name: 'eve', home: '/home/other', move_home: true });
      assert.equal(refusal, '/home/other is there already: /home/eve cannot be moved to it');
      assert.equal(hint, 'leave move_home out, or remove what is there first');
    });

    trial('a password that was never there is no locked one', async (root) => {
      await run(root, { name: 'eve' });
      const { refusal, hint } = await refused(root, { name: 'eve', password_lock: false });
      assert.equal(refusal, 'user eve has no password that could be unlocked');
      assert.equal(hint, 'declare `password` too');
      assert.equal((await run(root, { name: 'eve', password_lock: true })).delta, null);
      await run(root, { name: 'eve', password: HASH });
      assert.equal(shadow(root, 'eve'), HASH);
    });

    trial('no password stands in an argument list', async (root) => {
      writeFileSync(
        root.ground.at('usr/sbin/useradd.spy'),
        '#!/usr/bin/bash\nprintf "%s\\n" "$@" >>/tmp/seen\nexec /usr/sbin/useradd.real "$@"\n',
        { mode: 0o755 },
      );
      root.inside('mv', '/usr/sbin/useradd', '/usr/sbin/useradd.real');
      root.inside('mv', '/usr/sbin/useradd.spy', '/usr/sbin/useradd');
      await run(root, { name: 'eve', password: HASH });
      assert.doesNotMatch(root.ground.text('tmp/seen'), /salt/);
    });

    trial('makes a missing home, or moves it', async (root) => {
      await run(root, { name: 'eve', comment: 'x' });
      rmSync(root.ground.at('home/eve'), { recursive: true });
      assert.equal((await run(root, { name: 'eve' })).delta, null);
      const made = await run(root, { name: 'eve', create_home: true });
      assert.deepEqual(made.delta, { home_directory: { from: 'absent', to: 'present' } });
      assert.equal(root.ground.text('home/eve/.profile'), '# from skel\n');
      assert.equal(statSync(root.ground.at('home/eve/.profile')).uid, 1000);
      assert.equal(statSync(root.ground.at('home/eve')).mode & 0o777, 0o750);
      const moved = await run(root, { name: 'eve', home: '/home/adam', move_home: true, create_home: true });
      assert.deepEqual(Object.keys(moved.delta ?? {}), ['home', 'home_directory']);
      assert.ok(existsSync(root.ground.at('home/adam/.profile')) && !existsSync(root.ground.at('home/eve')));
    });

    trial('removes one, and its files only if told', async (root) => {
      await run(root, { name: 'eve' });
      const done = await run(root, { name: 'eve', state: 'absent' });
      assert.deepEqual(done.delta, { state: { from: 'present', to: 'absent' } });
      assert.deepEqual(done.result['uid'], null);
      assert.ok(existsSync(root.ground.at('home/eve')));
      await run(root, { name: 'adam' });
      mkdirSync(root.ground.at('home/adam/sub'));
      await run(root, { name: 'adam', state: 'absent', remove: true });
      assert.ok(!existsSync(root.ground.at('home/adam')));
      assert.equal((await run(root, { name: 'adam', state: 'absent' })).delta, null);
    });

    trial('tells beforehand what would not work', async (root) => {
      const message = async (params: JsonObject) => (await refused(root, params)).refusal;
      assert.equal(await message({ name: 'eve', uid: 33 }), 'the number 33 belongs to user www');
      assert.equal(await message({ name: 'eve', group: 'nope' }), 'the host has no group "nope"');
      assert.equal(await message({ name: 'www', groups: ['adm', 'nope'] }), 'the host has no group "nope"');
    });

    trial('says who may', async (root) => {
      const plain = await converge(user, { name: 'eve' }, asNobody(root.ground));
      assert.ok(plain.kind === 'refused');
      assert.equal(plain.refusal, 'only root may change users and groups');
      const secret = await converge(user, { name: 'www', password: HASH }, asNobody(root.ground));
      assert.ok(secret.kind === 'refused');
      assert.equal(secret.refusal, 'only root may look at passwords (/etc/shadow)');
    });

    trial('says so where the tools are missing', async (root) => {
      const bare = without(root.ground, 'useradd', 'usermod', 'userdel', 'chpasswd', 'getent');
      const done = await converge(user, { name: 'eve', password: HASH }, bare);
      assert.ok(done.kind === 'refused');
      assert.equal(done.refusal, 'this host has no useradd, no usermod, no userdel, no chpasswd');
    });

    trial('counts on groups that an earlier task of a dry run would make', async (root) => {
      const desired = desire(user, { name: 'www', group: 'new', groups: ['newer'] }, root.ground);
      const now = user.read(root.ground.run(user.probe(desired)), desired);
      assert.ok(!isRefusal(now));
      assert.ok(isRefusal(user.decide(now, desired, worldOf({ 'group:new': {} }))));
      assert.deepEqual(user.decide(now, desired, worldOf({ 'group:new': {}, 'group:newer': {} })), {
        group: { from: 'www', to: 'new' },
        groups: { from: ['docker'], to: ['newer'] },
      });
    });

    trial('foretells the user, its group and its home', async (root) => {
      const params = validateParams(user, { name: 'eve' }).params;
      const desired = user.desire(params as never, root.ground.local);
      assert.ok(!isRefusal(desired));
      const now = user.read(root.ground.run(user.probe(desired)), desired);
      assert.ok(!isRefusal(now));
      const delta = user.decide(now, desired, REAL);
      assert.deepEqual(user.predict?.(delta as never, desired, now, REAL), {
        ...ACCOUNT_FILES,
        'user:eve': { state: 'present' },
        'group:eve': { state: 'present' },
        'path:/home/eve': { kind: 'directory', fresh: true, contents: 'unknown', owner: 'eve' },
      });
    });
  }
});
