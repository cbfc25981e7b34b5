import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { connector } from '../../src/runner/connection/connect.ts';
import type { Reply, Target, Trouble } from '../../src/runner/contract/exchange.ts';
import { makePerson, type Person } from './lib/person.ts';
import { type Sshd, startSshd } from './lib/sshd.ts';
import { conversationOf, LOGIN, ours, plain, ROOT, troubleOf, users } from './lib/talk.ts';

describe('@host become through sudo', () => {
  let sshd: Sshd;
  let person: Person;

  before(async () => {
    sshd = await startSshd();
    person = makePerson();
  });
  after(async () => {
    person.remove();
    await sshd.stop();
  });

  const asRoot = async <T>(
    more: Partial<Target>,
    work: (talk: ReturnType<typeof conversationOf>) => Promise<T>,
  ): Promise<T> => {
    const connect = connector({ env: sshd.env, warn: assert.fail });
    const talk = conversationOf(await connect(sshd.target('ssh', { user: person.name, ...more })));
    const result = await work(talk);
    await talk.close();
    return result;
  };
  const refusal = (more: Partial<Target>): Promise<Trouble> =>
    asRoot(more, async (talk) => troubleOf(await talk.exchange(ROOT, [ours('id -u')])));

  it('works without a password where none is asked for, also if one was given', async () => {
    person.sudo('WHO ALL=(ALL:ALL) NOPASSWD: ALL');
    for (const more of [{}, { becomePassword: 'not needed' }]) {
      const said = await asRoot(more, (talk) => talk.exchange(ROOT, [ours('id -u'), users('echo "$HOME"')]));
      assert.deepEqual(plain(said), [
        [0, '0\n', ''],
        [0, '/root\n', ''],
      ]);
    }
  });

  it('begins the shells of other users anew where that is asked for, and keeps the others', async () => {
    person.sudo('WHO ALL=(ALL:ALL) NOPASSWD: ALL');
    const app = { kind: 'become', method: 'sudo', user: 'nobody' } as const;
    const kept = { ...app, user: 'daemon' };
    await asRoot({}, async (talk) => {
      const shells = () =>
        Promise.all(
          [LOGIN, ROOT, kept, app].map(async (who) => plain(await talk.exchange(who, [ours('echo $$')]))),
        );
      const before = await shells();
      await talk.renew?.([kept]);
      const after = await shells();
      assert.deepEqual(after.slice(0, 3), before.slice(0, 3));
      assert.notDeepEqual(after[3], before[3]);
    });
  });

  it('gives the password when sudo asks for it, and never in a process list', async () => {
    person.sudo('WHO ALL=(ALL:ALL) ALL');
    await asRoot({ becomePassword: person.password }, async (talk) => {
      const running = talk.exchange(ROOT, [ours('id -u; sleep 1'), users('cat', 'data')]);
      await new Promise((resolve) => setTimeout(resolve, 900));
      const seen = readdirSync('/proc')
        .filter((p) => /^\d+$/.test(p))
        .map((pid) => {
          try {
            return (
              readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')
            );
          } catch {
            return '';
          }
        });
      assert.ok(seen.some((line) => line.includes('sudo')));
      assert.ok(!seen.some((line) => line.includes(person.password)));
      assert.deepEqual(plain(await running), [
        [0, '0\n', ''],
        [0, 'data', ''],
      ]);
      const reply = (await talk.stream(ROOT, ours('id -u; cat'), () => Readable.from(['streamed']))) as Reply;
      assert.equal(Buffer.from(reply.out).toString(), '0\nstreamed');
    });
  });

  it('says that the password is wrong, after one try', async () => {
    person.sudo('Defaults:WHO passwd_tries=3\nWHO ALL=(ALL:ALL) ALL');
    assert.deepEqual(await refusal({ becomePassword: 'wrong' }), {
      kind: 'trouble',
      trouble: 'become',
      message: `${person.name} can't become root on web1: wrong password`,
      hint: 'check the password of -K or ansible_become_password',
    });
    person.sudo('Defaults:WHO passwd_tries=1\nWHO ALL=(ALL:ALL) ALL');
    assert.equal(
      (await refusal({ becomePassword: 'wrong' })).message,
      `${person.name} can't become root on web1: wrong password`,
    );
  });

  it('tells a host a wrong password once only, whoever is to be become: it may lock the account', async () => {
    const be = (user: string) => ({ kind: 'become', method: 'sudo', user }) as const;
    const log = join(mkdtempSync(join(tmpdir(), 'mama-sudo-')), 'log');
    person.sudo(
      `Defaults:WHO passwd_tries=1, logfile=${log}\nWHO ALL=(ALL:ALL) ALL\nWHO ALL=(daemon) NOPASSWD: ALL`,
    );
    await asRoot({ becomePassword: 'wrong' }, async (talk) => {
      for (const user of ['root', 'root', 'nobody']) {
        const said = troubleOf(await talk.exchange(be(user), [ours('id -u')]));
        assert.equal(said.message, `${person.name} can't become ${user} on web1: wrong password`);
      }
      assert.deepEqual(plain(await talk.exchange(be('daemon'), [ours('id -un')])), [[0, 'daemon\n', '']]);
    });
    assert.equal(readFileSync(log, 'utf8').split('incorrect password attempt').length - 1, 1);
    rmSync(dirname(log), { recursive: true });
  });

  it('says that a password is needed', async () => {
    person.sudo('WHO ALL=(ALL:ALL) ALL');
    assert.deepEqual(await refusal({}), {
      kind: 'trouble',
      trouble: 'become',
      message: `${person.name} can't become root on web1: sudo asks for a password`,
      hint: 'give it with -K or ansible_become_password, or allow NOPASSWD in /etc/sudoers.d',
    });
  });

  it('says that the user may not', async () => {
    person.sudo(null);
    const said = await refusal({ becomePassword: person.password });
    assert.equal(
      said.message,
      `${person.name} can't become root on web1: ${person.name} is not in the sudoers file.`,
    );
    assert.equal(said.hint, 'allow it in /etc/sudoers.d on web1');
  });

  it('says that a terminal is asked for', async () => {
    person.sudo('Defaults:WHO requiretty\nWHO ALL=(ALL:ALL) NOPASSWD: ALL');
    const said = await refusal({});
    assert.equal(
      said.message,
      `${person.name} can't become root on web1: sudo: sorry, you must have a tty to run sudo`,
    );
    assert.equal(said.hint, 'remove "requiretty" from /etc/sudoers on web1');
  });

  it('works under use_pty', async () => {
    person.sudo('Defaults:WHO use_pty\nWHO ALL=(ALL:ALL) ALL');
    const bytes = Buffer.from([...Array(256).keys()]);
    const said = await asRoot({ becomePassword: person.password }, (talk) =>
      talk.exchange(ROOT, [ours('id -u'), users('od -An -tu1 | wc -w', bytes)]),
    );
    assert.deepEqual(plain(said), [
      [0, '0\n', ''],
      [0, '256\n', ''],
    ]);
  });

  it('says that there is no sudo', async () => {
    person.sudo(null);
    const shell = connector({ env: { ...sshd.env, PATH: '/nowhere' }, warn: assert.fail });
    const talk = conversationOf(await shell(sshd.target('local', { name: 'here' })));
    const said = troubleOf(await talk.exchange({ ...ROOT, user: 'nobody' }, [ours(':')]));
    await talk.close();
    assert.equal(said.message, "root can't become nobody on here: there is no sudo on it");
  });

  it('still talks as the login user', async () => {
    const said = await asRoot({}, (talk) => talk.exchange(LOGIN, [users('id -un')]));
    assert.deepEqual(plain(said), [[0, `${person.name}\n`, '']]);
  });
});
