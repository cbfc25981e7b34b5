import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { connector, type InterruptibleConversation } from '../../src/runner/connection/connect.ts';
import { isTrouble, LARGEST_OUTPUT, type Reply, type Target } from '../../src/runner/contract/exchange.ts';
import { type Sshd, startSshd } from './lib/sshd.ts';
import { conversationOf, LOGIN, ours, plain, ROOT, repliesOf, troubleOf, until, users } from './lib/talk.ts';

const NOBODY = { kind: 'become', method: 'sudo', user: 'nobody' } as const;

/** The contract of a conversation, tried over each kind of line. */
for (const via of ['ssh', 'openssh', 'local'] as const satisfies readonly Target['via'][]) {
  describe(`@host a conversation over ${via}`, () => {
    let sshd: Sshd;
    let talk: InterruptibleConversation;

    before(async () => {
      sshd = await startSshd(['MaxSessions 5']);
    });
    after(() => sshd.stop());
    beforeEach(async () => {
      const connect = connector({ env: sshd.env, warn: assert.fail });
      talk = conversationOf(await connect(sshd.target(via)));
    });
    afterEach(() => talk.close());

    it('exchanges fragments for answers', async () => {
      const said = await talk.exchange(LOGIN, [ours('echo a; echo b >&2; exit 3'), users('cat', 'in\0put')]);
      assert.deepEqual(plain(said), [
        [3, 'a\n', 'b\n'],
        [0, 'in\0put', ''],
      ]);
    });

    it('becomes another user, with his home', async () => {
      const said = await talk.exchange(NOBODY, [users('id -un; echo "$HOME"')]);
      assert.deepEqual(plain(said), [[0, 'nobody\n/nonexistent\n', '']]);
    });

    it('needs no sudo for who it already is', async () => {
      const self = { ...ROOT, user: userInfo().username };
      const [reply] = plain(await talk.exchange(self, [users('echo "${SUDO_USER-no sudo}"')]));
      assert.deepEqual(reply, [0, 'no sudo\n', '']);
    });

    it('talks to two identities side by side', async () => {
      const meeting = join(tmpdir(), `mp-meeting-${process.pid}`);
      const wait = `i=0; while [ ! -e ${meeting} ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done; [ -e ${meeting} ]`;
      const waiting = talk.exchange(LOGIN, [ours(wait)]);
      const said = await talk.exchange(NOBODY, [ours(`: >${meeting}`)]);
      assert.deepEqual(
        [...plain(await waiting), ...plain(said)],
        [
          [0, '', ''],
          [0, '', ''],
        ],
      );
      rmSync(meeting);
    });

    it('streams many megabytes, whole', async () => {
      const chunk = Buffer.alloc(1 << 20, 'some text\n');
      const source = () =>
        Readable.from(
          (function* () {
            for (let i = 0; i < 30; i += 1) yield chunk;
          })(),
        );
      const sum = createHash('sha256');
      for (let i = 0; i < 30; i += 1) sum.update(chunk);
      for (const identity of [LOGIN, NOBODY]) {
        const reply = (await talk.stream(identity, ours('sha256sum'), source)) as Reply;
        assert.equal(Buffer.from(reply.out).toString(), `${sum.copy().digest('hex')}  -\n`);
      }
    });

    it('keeps the end of an endless output', async () => {
      const reply = (await talk.stream(
        LOGIN,
        ours('yes | head -c 20000000; echo end; yes err | head -c 20000000 >&2'),
        null,
      )) as Reply;
      assert.equal(reply.out.length, LARGEST_OUTPUT);
      assert.ok(Buffer.from(reply.out).toString().endsWith('y\nend\n'));
      assert.equal(reply.err.length, LARGEST_OUTPUT);
      assert.deepEqual(reply.endless, ['out', 'err']);
    });

    it('runs more streams than the host takes sessions, some of them later', async () => {
      const all = await Promise.all(
        [...Array(9).keys()].map((i) => talk.stream(LOGIN, ours(`sleep 0.1; echo ${i}`), null)),
      );
      assert.deepEqual(
        all.map((reply) => Buffer.from((reply as Reply).out).toString()),
        [...Array(9).keys()].map((i) => `${i}\n`),
      );
    });

    it('talks to more identities than the host takes sessions', async () => {
      const users = ['nobody', 'daemon', 'bin', 'sys', 'games', 'man', 'mail'];
      const names = ours('id -un');
      for (const user of users) {
        const said = await talk.exchange({ ...ROOT, user }, [names]);
        assert.deepEqual(plain(said), [[0, `${user}\n`, '']]);
      }
      const streamed = await talk.stream({ ...ROOT, user: 'news' }, names, null);
      assert.equal(Buffer.from((streamed as Reply).out).toString(), 'news\n');
      assert.deepEqual(plain(await talk.exchange(LOGIN, [names])), [[0, 'root\n', '']]);
    });

    it('interrupts what runs, as every identity', async () => {
      const running = [talk.exchange(LOGIN, [users('sleep 63')]), talk.exchange(NOBODY, [users('sleep 63')])];
      const streaming = talk.stream(LOGIN, users('sleep 63'), null);
      await talk.exchange(LOGIN, []);
      await until(() => false, 700);
      await talk.interrupt(false);
      for (const said of running) assert.deepEqual(plain(await said), [[143, '', '']]);
      assert.equal(((await streaming) as Reply).code, 143);
    });

    it('goes on where a command was killed', async () => {
      assert.deepEqual(plain(await talk.exchange(LOGIN, [users('kill -KILL $$')])), [[137, '', '']]);
      assert.deepEqual(plain(await talk.exchange(LOGIN, [ours('echo on')])), [[0, 'on\n', '']]);
    });

    it('does not know a user that the host does not know', async () => {
      const said = troubleOf(await talk.exchange({ ...ROOT, user: 'mp-nobody-here' }, [ours(':')]));
      assert.equal(said.trouble, 'become');
      assert.match(
        said.message,
        /^root can't become mp-nobody-here on web1|^root can't become mp-nobody-here on here/,
      );
      assert.match(said.message, /unknown user/);
    });

    it('leaves no session folder behind', async () => {
      const [reply] = repliesOf(await talk.exchange(LOGIN, [users('dirname "$0"')]));
      const folder = Buffer.from(reply!.out).toString().trim();
      assert.match(folder, /^\/dev\/shm\/mama-play-/);
      await talk.close();
      await until(() => !existsSync(folder));
      assert.equal(existsSync(folder), false);
    });

    if (via === 'local') return;

    it('waits, when connecting again, for what was running when the line was lost', async () => {
      const connect = connector({ env: sshd.env, warn: assert.fail });
      const first = conversationOf(await connect(sshd.target(via)));
      const proof = join(tmpdir(), `mp-proof-${process.pid}`);
      const cut = 'kill -KILL $(cut -d" " -f4 /proc/$PPID/stat)';
      assert.equal(
        troubleOf(await first.exchange(LOGIN, [users(`${cut}; sleep 2; : >${proof}`)])).trouble,
        'lost',
      );
      await first.close();
      assert.equal(existsSync(proof), false);
      const second = conversationOf(await connect(sshd.target(via)));
      assert.equal(existsSync(proof), true);
      rmSync(proof);
      await second.close();
    });

    it('ends it instead where nobody waits any more', async () => {
      const connect = connector({ env: sshd.env, warn: assert.fail });
      const first = conversationOf(await connect(sshd.target(via)));
      const cut = 'kill -KILL $(cut -d" " -f4 /proc/$PPID/stat)';
      const seconds = 40_000 + (process.pid % 10_000);
      await first.exchange(LOGIN, [users(`${cut}; sleep ${seconds}`)]);
      await first.close();
      const stop = new AbortController();
      const again = connect(sshd.target(via), stop.signal);
      // Before, while or after it waits: it is all the same.
      await sleep(1000);
      stop.abort();
      const second = await again;
      if (!isTrouble(second)) await second.close();
      const third = conversationOf(await connect(sshd.target(via)));
      const [answer] = plain(await third.exchange(LOGIN, [ours(`pgrep -fx 'sleep ${seconds}'`)]));
      assert.deepEqual(answer, [1, '', '']);
      await third.close();
    });

    it('says lost when the server dies in the middle of a command', async () => {
      const parent = 'cut -d" " -f4 /proc/$PPID/stat';
      const said = troubleOf(await talk.exchange(LOGIN, [users(`kill -KILL $(${parent}); sleep 1`)]));
      assert.equal(said.trouble, 'lost');
      const next = troubleOf(await talk.exchange(LOGIN, [ours(':')]));
      assert.match(next.trouble, /lost|unreachable/);
    });
  });
}
