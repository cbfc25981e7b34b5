import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { connector, type InterruptibleConversation } from '../../src/runner/connection/connect.ts';
import type { Fragment } from '../../src/runner/contract/exchange.ts';
import { TOOLS } from '../../src/runner/contract/tools.ts';
import { shellRooms } from './lib/shells.ts';
import {
  conversationOf,
  LOGIN,
  localTarget,
  ours,
  plain,
  repliesOf,
  troubleOf,
  until,
  users,
} from './lib/talk.ts';

/** The session folder of the login's standing shell. */
async function folderOf(talk: InterruptibleConversation): Promise<string> {
  const [answer] = plain(await talk.exchange(LOGIN, [ours('echo "$mp_T"')]));
  return (answer as [number, string])[1].trim();
}

for (const room of shellRooms()) {
  describe(`the standing shell in ${room.name}`, () => {
    let talk: InterruptibleConversation;
    const open = async () => {
      const connect = connector({ env: room.env, warn: assert.fail });
      return conversationOf(await connect(localTarget()));
    };

    /** Waits until the command that makes `$HOME/begun` has done so. */
    const begun = async () => {
      const file = join(room.env['HOME']!, 'begun');
      await until(() => existsSync(file));
      assert.ok(existsSync(file));
      rmSync(file);
    };

    beforeEach(async () => {
      room.look();
      talk = await open();
    });
    afterEach(async () => {
      await talk.close();
      assert.deepEqual(await room.leftovers(10_000), []);
    });
    after(() => room.remove());

    it('does not begin what needs a tool that the host lacks, and looks again when it is asked again', async () => {
      const bin = join(room.env['HOME']!, 'few');
      const path = room.env['PATH']!;
      mkdirSync(bin);
      for (const tool of ['sh', ...TOOLS.filter((one) => one !== 'mv')]) link(tool);
      function link(tool: string) {
        const found = path.split(':').map((folder) => join(folder, tool));
        symlinkSync(found.find((file) => existsSync(file))!, join(bin, tool));
      }
      const connect = connector({ env: { ...room.env, PATH: bin }, warn: assert.fail });
      const few = await conversationOf(await connect(localTarget()));
      const needy = (...needs: string[]): Fragment => ({ ...ours('echo begun'), needs });
      const all = [needy('cat', 'mv'), needy('cat'), { ...needy('mv'), environment: { PATH: path } }];
      const lacks = [127, '', 'the host lacks mv'];
      const begun = [0, 'begun\n', ''];
      const said = await few.exchange(LOGIN, all);
      assert.deepEqual(plain(said), [lacks, begun, begun]);
      assert.deepEqual(
        repliesOf(said).map((reply) => reply.lacks),
        ['mv', undefined, undefined],
      );
      const live = await few.stream(LOGIN, needy('mv'), null);
      assert.ok(live.kind === 'reply' && live.lacks === 'mv');
      link('mv');
      assert.deepEqual(plain(await few.exchange(LOGIN, all)), [begun, begun, begun]);
      await few.close();
    });

    it('answers each fragment with its own status and streams', async () => {
      const said = await talk.exchange(LOGIN, [
        ours('echo a; echo b >&2'),
        users('printf c; exit 3'),
        ours(':'),
      ]);
      assert.deepEqual(plain(said), [
        [0, 'a\n', 'b\n'],
        [3, 'c', ''],
        [0, '', ''],
      ]);
    });

    it('runs a change behind what was evaluated in the standing shell, whatever that left there', async () => {
      const names = [...'abcdefghijklmnopqrstuvwxyz'].filter(
        (name) => !['k', 'r', 'u', 'v', 'y'].includes(name),
      );
      const standing: Fragment = {
        ...ours(names.map((name) => `mp_${name}=1`).join(' ')),
        runs: 'standing',
        role: 'probe',
      };
      const said = await talk.exchange(LOGIN, [standing, { ...users('echo done'), role: 'apply' }]);
      assert.deepEqual(plain(said)[1], [0, 'done\n', '']);
    });

    it('keeps what a fragment does to its shell to itself', async () => {
      const rude = [
        'exit 7',
        'cd /; x=1; set -u; set -e; umask 0',
        'exec true',
        'trap "" TERM; trap "echo bye" EXIT',
      ];
      const harmless = rude
        .slice(0, 4)
        .flatMap((code) => [ours(code), { ...users(code), role: 'probe' } as Fragment]);
      await talk.exchange(LOGIN, harmless);
      const [reply] = repliesOf(
        await talk.exchange(LOGIN, [ours('pwd; echo "${x-unset} $undefined"; umask')]),
      );
      assert.equal(
        Buffer.from(reply!.out).toString(),
        `${process.cwd()}\nunset \n${process.umask().toString(8).padStart(4, '0')}\n`,
      );
    });

    it('survives syntax errors, and says where they are', async () => {
      const said = repliesOf(
        await talk.exchange(LOGIN, [
          ours('if'),
          ours("echo 'open"),
          { ...users('( ;; )'), role: 'probe' },
          ours('echo on'),
        ]),
      );
      assert.deepEqual(
        said.map((reply) => reply.code === 0),
        [false, false, false, true],
      );
      assert.match(Buffer.from(said[0]!.err).toString(), /[Ss]yntax error|unexpected/);
    });

    it('survives a fragment that kills its parent or itself', async () => {
      const [parent, self] = plain(
        await talk.exchange(LOGIN, [
          { ...users('kill $PPID; echo alive'), role: 'probe' },
          { ...users('kill -KILL $$'), role: 'probe' },
        ]),
      );
      assert.deepEqual(parent, [0, 'alive\n', '']);
      assert.deepEqual(self, [137, '', '']);
      assert.deepEqual(plain(await talk.exchange(LOGIN, [ours('echo on')])), [[0, 'on\n', '']]);
    });

    it("gives the user's command a shell of its own: $$ is its process, and none of our variables are in it", async () => {
      const [reply] = plain(
        await talk.exchange(LOGIN, [
          users('[ -d /proc/$$ ] && set | grep -c mp_; exec sh -c "echo $$ \\$\\$"'),
        ]),
      );
      const [first, pids] = (reply as [number, string])[1].trim().split('\n');
      assert.equal(first, '0');
      assert.equal(pids!.split(' ')[0], pids!.split(' ')[1]);
    });

    it("runs our code with LC_ALL=C and the sbin directories, the user's in the login's environment", async () => {
      const show = 'echo "${LC_ALL-none} $MARK"; case $PATH in */usr/sbin:/sbin) echo wide;; esac; umask';
      const umask = process.umask().toString(8).padStart(4, '0');
      assert.deepEqual(plain(await talk.exchange(LOGIN, [ours(show), users(show)])), [
        [0, `C of the login\nwide\n${umask}\n`, ''],
        [0, `none of the login\n${umask}\n`, ''],
      ]);
    });

    it('exports the environment of a fragment, and to that one only', async () => {
      const nasty = `it's "a" $HOME \`x\` \\n\n é`;
      const show = { environment: { NASTY: nasty, LC_ALL: 'POSIX' } };
      const code = `env | sed -n '/^NASTY=/,/é$/p'; echo "$LC_ALL"`;
      assert.deepEqual(
        plain(
          await talk.exchange(LOGIN, [
            { ...ours(code), ...show },
            { ...users(code), ...show },
            ours('env | grep NASTY'),
          ]),
        ),
        [
          [0, `NASTY=${nasty}\nPOSIX\n`, ''],
          [0, `NASTY=${nasty}\nPOSIX\n`, ''],
          [1, '', ''],
        ],
      );
    });

    it('refuses names and values that no environment can hold, in that fragment', async () => {
      const said = plain(
        await talk.exchange(LOGIN, [
          { ...ours('echo no'), environment: { 'A;B': '1' } },
          { ...ours('echo no'), environment: { A: '\0' } },
          ours('a\0b'),
          ours('echo yes'),
        ]),
      );
      assert.deepEqual(said, [
        [2, '', `"A;B" can't be the name of an environment variable\n`],
        [2, '', 'the environment variable A holds a NUL character\n'],
        [2, '', 'the command holds a NUL character\n'],
        [0, 'yes\n', ''],
      ]);
    });

    it('stops applying at the first failure and goes on probing', async () => {
      const apply = (code: string): Fragment => ({ ...ours(code), role: 'apply' });
      const said = await talk.exchange(LOGIN, [
        apply('echo 1'),
        apply('exit 4'),
        ours('echo p'),
        apply('echo 2'),
        ours('echo q'),
        users('echo 3'),
      ]);
      assert.deepEqual(plain(said), [
        [0, '1\n', ''],
        [4, '', ''],
        [0, 'p\n', ''],
        'not-run',
        [0, 'q\n', ''],
        'not-run',
      ]);
      assert.deepEqual(plain(await talk.exchange(LOGIN, [apply('echo anew')])), [[0, 'anew\n', '']]);
    });

    it('is not polluted by what a command leaves running, and does not wait for it', async () => {
      const daemon =
        '(while :; do echo noise; echo noise >&2; sleep 0.02 2>/dev/null || sleep 1; done) & echo $!';
      const [reply] = plain(await talk.exchange(LOGIN, [users(daemon)])) as [number, string, string][];
      const pid = /\d+/.exec(reply![1])![0];
      for (let i = 0; i < 10; i += 1) {
        assert.deepEqual(plain(await talk.exchange(LOGIN, [users(`echo ${i}`), ours(`echo p${i}`)])), [
          [0, `${i}\n`, ''],
          [0, `p${i}\n`, ''],
        ]);
      }
      // It runs until now: had anything waited for it, we would not be here.
      assert.deepEqual(plain(await talk.exchange(LOGIN, [ours(`kill ${pid}`)])), [[0, '', '']]);
    });

    it('reads no input but its own, whatever a command does with it', async () => {
      const bytes = Buffer.from([0, 1, 255, 10, 0, 10]);
      const said = repliesOf(
        await talk.exchange(LOGIN, [
          ours('cat', bytes),
          users('head -c 2', bytes),
          ours('echo unread', Buffer.alloc(300_000, 7)),
          ours('cat; echo nothing'),
          users('cat', 'second'),
        ]),
      );
      assert.deepEqual(
        said.map((reply) => Buffer.from(reply.out)),
        [
          bytes,
          bytes.subarray(0, 2),
          Buffer.from('unread\n'),
          Buffer.from('nothing\n'),
          Buffer.from('second'),
        ],
      );
    });

    it('carries any bytes in and out, at any size, on both streams', async () => {
      const bytes = fc.uint8Array({ maxLength: 3000, size: 'max' });
      const fragment = fc.record({
        input: bytes,
        code: fc.integer({ min: 0, max: 255 }),
        mine: fc.boolean(),
        read: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fragment, { minLength: 1, maxLength: 6 }), async (pieces) => {
          const fragments = pieces.map(
            ({ input, code, mine, read }): Fragment => ({
              ...(mine ? ours : users)(
                `${read ? 'cat; cat </dev/null >&2' : 'echo unread >&2'}; exit ${code}`,
                input,
              ),
              role: 'probe',
            }),
          );
          const said = repliesOf(await talk.exchange(LOGIN, fragments));
          pieces.forEach(({ input, code, read }, i) => {
            assert.equal(said[i]!.code, code);
            assert.ok(Buffer.from(said[i]!.out).equals(read ? Buffer.from(input) : Buffer.alloc(0)));
            assert.equal(Buffer.from(said[i]!.err).toString(), read ? '' : 'unread\n');
          });
        }),
        { numRuns: 60 },
      );
    });

    it('carries 5 MB of output on both streams', async () => {
      const big = Buffer.alloc(5_000_000, 'abcdefg\n');
      const [reply] = repliesOf(await talk.exchange(LOGIN, [users('tee /dev/fd/3 3>&2', big)]));
      assert.ok(Buffer.from(reply!.out).equals(big));
      assert.ok(Buffer.from(reply!.err).equals(big));
    });

    it('keeps of what came to too much the end, and of anything else all', async () => {
      const endless = (code: string): Fragment => ({ ...users(code), endless: true });
      const [much, little] = repliesOf(
        await talk.exchange(LOGIN, [
          endless('head -c 20000000 /dev/zero; echo end; echo err >&2'),
          endless('echo little'),
        ]),
      );
      assert.deepEqual(much!.endless, ['out']);
      assert.equal(much!.out.length, 64 * 1024);
      assert.equal(Buffer.from(much!.out.subarray(-4)).toString(), 'end\n');
      assert.equal(Buffer.from(much!.err).toString(), 'err\n');
      assert.equal(Buffer.from(little!.out).toString(), 'little\n');
      assert.equal(little!.endless, undefined);
    });

    it('empties what an endless output fills while it runs', async () => {
      const size = (fd: number) => `$(wc -c </proc/$$/fd/${fd})`;
      const code = `head -c 20000000 /dev/zero >&2; while [ ${size(2)} -gt 0 ]; do sleep 0.1; done; echo end >&2; echo ${size(2)}`;
      const said = await talk.exchange(LOGIN, [{ ...users(code), endless: true }]);
      assert.deepEqual(plain(said), [[0, '4\n', 'end\n']]);
      assert.deepEqual(repliesOf(said)[0]!.endless, ['err']);
    });

    it('answers exchanges that were said at once in their order', async () => {
      const all = await Promise.all(
        [...Array(20).keys()].map((i) => talk.exchange(LOGIN, [ours(`echo ${i}`)])),
      );
      assert.deepEqual(
        all.map((said) => plain(said)),
        [...Array(20).keys()].map((i) => [[0, `${i}\n`, '']]),
      );
    });

    it('takes hundreds of fragments in one exchange', async () => {
      const said = repliesOf(
        await talk.exchange(
          LOGIN,
          [...Array(450).keys()].map((i) => ours(`echo ${i}`)),
        ),
      );
      assert.deepEqual(
        said.map((reply) => Buffer.from(reply.out).toString()),
        [...Array(450).keys()].map((i) => `${i}\n`),
      );
    });

    it('says that the shell was lost when it is killed, and starts another for the next exchange', async () => {
      const lost = troubleOf(await talk.exchange(LOGIN, [users('kill -KILL $PPID; sleep 1')]));
      assert.deepEqual(lost, {
        kind: 'trouble',
        trouble: 'lost',
        message: 'the shell on here ended in the middle of a command',
      });
      assert.deepEqual(plain(await talk.exchange(LOGIN, [ours('echo again')])), [[0, 'again\n', '']]);
    });

    it('sweeps the folder of a session that was killed', async () => {
      let folder = '';
      // Anybody's new session sweeps: a few tries, until ours is the first.
      for (let tries = 0; tries < 10 && !existsSync(folder); tries += 1) {
        folder = await folderOf(talk);
        await talk.exchange(LOGIN, [users('kill -KILL $PPID')]);
      }
      assert.ok(existsSync(folder));
      const another = await open();
      await another.exchange(LOGIN, [ours(':')]);
      await another.close();
      assert.ok(!existsSync(folder));
    });

    it('leaves nothing of an exchange behind', async () => {
      const secret = { ...users('true', 'hidden'), environment: { TOKEN: 'hidden' } };
      await talk.exchange(LOGIN, [secret]);
      const folder = await folderOf(talk);
      assert.deepEqual(plain(await talk.exchange(LOGIN, [ours(`ls ${folder}; stat -c %a ${folder}`)])), [
        [0, '0e\n0o\nd\nm\nq\n700\n', ''],
      ]);
    });

    it('streams: input from a source, lines while it runs, status and output in the end', async () => {
      const lines: string[] = [];
      const fragment = { ...users('echo start; cat; echo bad >&2; exit 5'), environment: { A: 'b' } };
      const reply = await talk.stream(
        LOGIN,
        fragment,
        () => Readable.from([Buffer.from('one\ntw'), Buffer.from('o\nthree')]),
        (line) => lines.push(line),
      );
      assert.deepEqual(
        {
          ...reply,
          out: String((reply as { out: Uint8Array }).out),
          err: String((reply as { err: Uint8Array }).err),
        },
        {
          kind: 'reply',
          code: 5,
          out: 'start\none\ntwo\nthree',
          err: 'bad\n',
        },
      );
      assert.deepEqual([...lines].sort(), ['bad', 'one', 'start', 'three', 'two']);
    });

    it('streams to a command that reads nothing, or half', async () => {
      const endless = () =>
        Readable.from(
          (function* () {
            for (let i = 0; i < 400; i += 1) yield Buffer.alloc(65536, 1);
          })(),
        );
      const none = await talk.stream(LOGIN, users('exit 3'), endless);
      assert.equal((none as { code: number }).code, 3);
      const half = await talk.stream(LOGIN, ours('head -c 100000 | wc -c'), endless);
      assert.equal(String((half as { out: Uint8Array }).out).trim(), '100000');
    });

    it('streams without a source: stdin is empty', async () => {
      const reply = await talk.stream(LOGIN, ours('cat; echo done'), null);
      assert.equal(String((reply as { out: Uint8Array }).out), 'done\n');
    });

    it('does not wait for what a streamed command leaves behind', async () => {
      const reply = await talk.stream(LOGIN, users('sleep 4 & echo on'), null);
      assert.equal(String((reply as { out: Uint8Array }).out), 'on\n');
    });

    it('tells of a source that can not be read', async () => {
      const broken = () =>
        new Readable({
          read() {
            this.destroy(new Error('no such file'));
          },
        });
      const said = troubleOf(await talk.stream(LOGIN, users('cat'), broken));
      assert.equal(said.trouble, 'source');
      assert.equal(said.message, 'what was to be sent to here could not be read: no such file');
    });

    it('interrupts a running command: its process group is gone and the shell lives', async () => {
      const running = talk.exchange(LOGIN, [users(': >"$HOME/begun"; sleep 61; echo no'), users('echo no')]);
      await begun();
      await talk.interrupt(false);
      assert.deepEqual(plain(await running), [[143, '', ''], 'not-run']);
      assert.deepEqual(plain(await talk.exchange(LOGIN, [ours('echo on')])), [[0, 'on\n', '']]);
    });

    it('kills what does not heed', async () => {
      const running = talk.exchange(LOGIN, [
        users('trap "" TERM; : >"$HOME/begun"; while :; do sleep 1; done'),
      ]);
      await begun();
      await talk.interrupt(false);
      assert.equal(troubleOf(await running).trouble, 'lost');
    });

    it('ends what still runs when it is closed', async () => {
      const running = talk.exchange(LOGIN, [users('echo $$ >"$HOME/pid"; : >"$HOME/begun"; sleep 62')]);
      await begun();
      await talk.close();
      await running;
      talk = await open();
      assert.deepEqual(
        plain(await talk.exchange(LOGIN, [ours('kill -0 "$(cat "$HOME/pid")" 2>/dev/null || echo gone')])),
        [[0, 'gone\n', '']],
      );
    });

    it('counts what goes over the line', async () => {
      await talk.exchange(LOGIN, [ours('cat', Buffer.alloc(10_000))]);
      assert.ok(talk.traffic.sent > 10_000 && talk.traffic.sent < 12_000, String(talk.traffic.sent));
      assert.ok(
        talk.traffic.received > 10_000 && talk.traffic.received < 11_000,
        String(talk.traffic.received),
      );
    });
  });
}
