import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { startDelayProxy } from '../../bench/delay-proxy.ts';
import type { Line } from '../../src/runner/connection/line.ts';
import { loaderCommand } from '../../src/runner/connection/loader.ts';
import {
  droppedUnheard as clientDropped,
  clientTrouble,
} from '../../src/runner/connection/openssh/failure.ts';
import { MarkScanner, ReplyReader } from '../../src/runner/connection/reply.ts';
import { exchangeRequest, streamRequest } from '../../src/runner/connection/request.ts';
import { Shell } from '../../src/runner/connection/shell.ts';
import { Slots } from '../../src/runner/connection/slots.ts';
import { configMatters } from '../../src/runner/connection/ssh/config-files.ts';
import { droppedUnheard, failure } from '../../src/runner/connection/ssh/failure.ts';
import { parseHop } from '../../src/runner/connection/ssh/jump.ts';
import { inspectKey } from '../../src/runner/connection/ssh/key-file.ts';
import { SettingsReader } from '../../src/runner/connection/ssh/settings.ts';
import { attempts, sudoTrouble, wrap } from '../../src/runner/connection/sudo.ts';
import { Lines, Tail } from '../../src/runner/connection/tail.ts';
import { trouble } from '../../src/runner/connection/trouble.ts';
import type { Fragment } from '../../src/runner/contract/exchange.ts';
import { usersCode } from '../../src/runner/contract/script.ts';

describe('the wire', () => {
  it('starts under any login shell: nothing in the command needs an escape', () => {
    const command = loaderCommand('0'.repeat(32));
    assert.match(command, /^exec sh -c '[^'\\!\n]+'$/);
    assert.ok(command.length < 4096);
  });

  it('is no command to a shell that stands in the place of ours', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
    try {
      writeFileSync(join(folder, 'file'), 'kept');
      const token = '0123456789abcdef'.repeat(2);
      const script = usersCode('echo ran >ran; exit 0');
      const fragments = (['ours', 'users', 'standing'] as const).map(
        (runs): Fragment => ({ script, runs, role: 'probe' }),
      );
      const whole = exchangeRequest(token, 'ab'.repeat(16), fragments);
      const withoutHeader = whole.subarray(whole.indexOf('\n') + 1);
      const stream = streamRequest(token, 'ab'.repeat(16), fragments[0]!, true);
      // Without the lines that something else has read before. No command but the shell's own is within reach.
      const cut = withoutHeader.toString().split('\n');
      const rests = cut.map((_, i) => cut.slice(i + 1).join('\n'));
      assert.ok(!withoutHeader.includes('rm -f "$mp_T"'));
      const shells = ['sh', 'bash', 'dash', 'zsh', 'mksh', 'ksh', 'tcsh', 'fish']
        .map((shell) => `/bin/${shell}`)
        .filter((path) => existsSync(path));
      for (const shell of shells) {
        for (const input of [whole, withoutHeader, stream]) {
          spawnSync(shell, {
            cwd: folder,
            env: { PATH: process.env['PATH'], HOME: folder, mp_T: folder },
            input,
          });
          assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'kept', shell);
          assert.deepEqual(
            readdirSync(folder).filter((name) => !name.startsWith('.')),
            ['file'],
            shell,
          );
        }
        for (const input of rests) {
          spawnSync(shell, { cwd: folder, env: { PATH: '/nowhere', HOME: folder }, input });
          assert.equal(existsSync(join(folder, 'ran')), false, `${shell}: ${input}`);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('finds a mark wherever the stream is cut', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(bytes, bytes, fc.array(fc.nat(90)), (before, after, cuts) => {
        const mark = 'abcabcab';
        const whole = Buffer.concat([before, Buffer.from(mark), after]);
        if (Buffer.from(before).includes(mark)) return;
        const at = [...new Set(cuts.filter((cut) => cut < whole.length))].sort((a, b) => a - b);
        const scanner = new MarkScanner(mark);
        const found: Buffer[] = [];
        const rest: Buffer[] = [];
        let seen = false;
        [0, ...at].forEach((start, i, starts) => {
          const chunk = whole.subarray(start, starts[i + 1] ?? whole.length);
          if (seen) {
            rest.push(chunk);
            return;
          }
          const result = scanner.scan(chunk);
          found.push(...result.before);
          if (result.after) {
            seen = true;
            rest.push(result.after);
          }
        });
        assert.ok(seen);
        assert.deepEqual(Buffer.concat(found), Buffer.from(before));
        assert.deepEqual(Buffer.concat(rest), Buffer.from(after));
      }),
    );
  });

  it('reads a reply byte by byte, past the noise of startup files', () => {
    const token = 'f'.repeat(32);
    const nonce = 'e'.repeat(32);
    const heard: unknown[] = [];
    const reader = new ReplyReader(token, {
      ready: (info) => heard.push(info),
      unfit: (what) => heard.push(what),
      garbled: () => heard.push('garbled'),
      reply: (of, answers) =>
        heard.push([
          of,
          answers.map((a) => (a.kind === 'reply' ? [a.code, String(a.out), String(a.err)] : a.kind)),
        ]),
      live: (chunk) => heard.push(String(chunk)),
      done: (code) => heard.push(code),
    });
    const text = `Welcome!\nno newline${token} ready 1 12 34 /a folder\n${token} re ${nonce} 0 -\nout${nonce}err${nonce}${nonce}${nonce}${token} unfit dd\n`;
    for (const byte of Buffer.from(text)) reader.feed(Buffer.from([byte]));
    assert.deepEqual(heard, [
      { pid: 12, group: 34, folder: '/a folder' },
      [nonce, [[0, 'out', 'err'], 'not-run']],
      'dd',
    ]);
  });

  it('reads the status of what a signal ended alike from every shell', () => {
    const token = 'f'.repeat(32);
    const nonce = 'e'.repeat(32);
    const heard: unknown[] = [];
    const never = () => assert.fail();
    const reader = new ReplyReader(token, {
      ...{ unfit: never, garbled: never, live: never, ready: never },
      reply: (_, answers) => heard.push(...answers.map((a) => (a.kind === 'reply' ? a.code : a.kind))),
      done: (code) => heard.push(code),
    });
    reader.feed(Buffer.from(`${token} re ${nonce} 137 265 393 255\n${nonce.repeat(8)}${token} done 399\n`));
    assert.deepEqual(heard, [137, 137, 137, 255, 143]);
  });

  it('keeps the end of a long output', () => {
    const tail = new Tail(5);
    for (const piece of ['abc', 'defg', 'h']) tail.add(Buffer.from(piece));
    assert.equal(tail.bytes().toString(), 'defgh');
    const short = new Tail(50);
    short.add(Buffer.from('abc'));
    assert.equal(short.bytes().toString(), 'abc');
  });

  it('cuts lines, also within a character', () => {
    const lines: string[] = [];
    const cutter = new Lines((line) => lines.push(line));
    for (const byte of Buffer.from('grün\r\nbär\n\nrest')) cutter.add(Buffer.from([byte]));
    cutter.end();
    assert.deepEqual(lines, ['grün', 'bär', '', 'rest']);
  });
});

describe('places to wait for', () => {
  it('lets so many in, and the others in their order', async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const releases = await Promise.all([slots.take(), slots.take()]);
    const waiting = [0, 1, 2].map((i) => slots.take().then((release) => [order.push(i), release] as const));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(order, []);
    releases[0]!();
    releases[0]!();
    await waiting[0];
    assert.deepEqual(order, [0]);
    releases[1]!();
    (await waiting[0]!)[1]();
    await Promise.all(waiting.slice(1));
    assert.deepEqual(order, [0, 1, 2]);
  });
});

describe('shells', () => {
  it('are started so many at once', async () => {
    const starts = new Slots(2);
    let now = 0;
    let most = 0;
    const line: Line = {
      name: 'web1',
      user: 'me',
      traffic: { sent: 0, received: 0 },
      async open() {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return trouble('lost', 'it is gone');
      },
      close: () => Promise.resolve(),
    };
    const options = {
      line,
      identity: { kind: 'login' } as const,
      becomePassword: undefined,
      timeout: 1000,
      starts,
    };
    const started = await Promise.all(Array.from({ length: 7 }, () => new Shell(options).start()));
    assert.deepEqual([most, started.length], [2, 7]);
  });
});

describe('sudo', () => {
  const root = { kind: 'become', method: 'sudo', user: 'root' } as const;
  const told = { text: 'pw', refused: false };

  it('is not used to become who one is', () => {
    assert.deepEqual(attempts({ kind: 'login' }, 'me', told), [{ kind: 'plain' }]);
    assert.deepEqual(attempts(root, 'root', told), [{ kind: 'plain' }]);
  });

  it('is first asked not to ask', () => {
    assert.deepEqual(attempts(root, 'me', undefined), [{ kind: 'sudo', user: 'root' }]);
    const both = attempts(root, null, told);
    assert.ok(Array.isArray(both));
    assert.deepEqual(
      both.map((way) => way.kind),
      ['sudo', 'sudo-password'],
    );
    const [silent, asking] = both.map((way) => wrap(way, "exec sh -c 'x'"));
    assert.equal(silent, "exec sudo -n -H -u root -- sh -c 'x'");
    assert.match(asking!, /^exec sudo -S -H -p mama-play-[0-9a-f]{24}: -u root -- sh -c 'x'$/);
  });

  it('is never given a name that is code', () => {
    for (const user of ['a b', '$(id)', '-u', "a'b", '', 'a;b', 'a!b']) {
      const said = attempts({ ...root, user }, 'me', undefined);
      assert.equal(Array.isArray(said), false, user);
    }
    assert.equal(wrap({ kind: 'sudo', user: 'machine$' }, 'exec sh'), 'exec sudo -n -H -u machine\\$ -- sh');
  });

  it('shows its own words where we know no better', () => {
    const end = { host: 'h', user: 'root', login: 'me', code: 1, prompts: 0, password: 'told' } as const;
    assert.equal(
      sudoTrouble({ ...end, stderr: 'lecture\nsudo: unable to resolve host\nmore' }).message,
      "me can't become root on h: sudo: unable to resolve host",
    );
    assert.equal(
      sudoTrouble({ ...end, stderr: '' }).message,
      "me can't become root on h: sudo refused without a word",
    );
    const twice = 'sudo: unable to resolve host h: Name or service not known\nsudo: unknown user x\n';
    assert.equal(
      sudoTrouble({ ...end, stderr: twice }).message,
      "me can't become root on h: sudo: unknown user x",
    );
    assert.equal(
      sudoTrouble({ ...end, password: 'none', stderr: twice }).hint,
      'correct become_user, or make that user before',
    );
  });

  it('is told from a sudo that is there and lacks something', () => {
    const end = { host: 'h', user: 'root', login: 'me', prompts: 0, password: 'none' } as const;
    const said = (code: number, stderr: string) => sudoTrouble({ ...end, code, stderr }).message;
    const none = "me can't become root on h: there is no sudo on it";
    assert.equal(said(127, 'sh: 1: exec: sudo: not found'), none);
    assert.equal(said(127, 'bash: line 1: exec: sudo: not found'), none);
    assert.equal(said(1, 'sudo: Command not found.'), none);
    assert.equal(said(1, 'zsh:1: command not found: sudo'), none);
    for (const words of [
      'sudo: sh: command not found',
      'sudo: unable to change directory to /x: No such file',
    ])
      assert.equal(said(1, words), `me can't become root on h: ${words}`);
    const { hint } = sudoTrouble({ ...end, code: 1, stderr: 'sudo: sh: command not found' });
    assert.equal(hint, 'look at secure_path in /etc/sudoers on h');
  });
});

describe('ssh configuration', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'mp-home-'));
    mkdirSync(join(home, '.ssh/conf.d'), { recursive: true });
  });
  after(() => rmSync(home, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(home, '.ssh', name), text);
    return join(home, '.ssh', name);
  };

  it('matters only if it says something about connecting', () => {
    const debian =
      'Include /nowhere/*.conf\nHost *\n#   Port 22\n    SendEnv LANG LC_*\n    HashKnownHosts yes\n';
    const cases: [string, boolean][] = [
      ['', false],
      [debian, false],
      ['Host x\n  HostName y\n', true],
      ['host x\n  port=2222\n', true],
      ['Match exec true\n', true],
      ['Include conf.d/*\n', false],
      ['Include ~/.ssh/other\n', false],
      ['Include */deep\n', true],
    ];
    for (const [text, expected] of cases)
      assert.equal(configMatters([file('config', text)], home), expected, text);
    assert.equal(configMatters([join(home, 'absent')], home), false);
    file('conf.d/one', 'User me\n');
    assert.equal(configMatters([file('config', 'Include conf.d/*\n')], home), true);
    assert.equal(configMatters([file('config', 'Include conf.d/*.conf\n')], home), false);
  });

  it('has defaults where nothing is configured', async () => {
    const reader = new SettingsReader({ HOME: home, USER: 'me', SSH_AUTH_SOCK: '/agent' }, assert.fail);
    const settings = await reader.read({ host: 'web', configFile: 'none' });
    assert.deepEqual(settings, {
      host: 'web',
      hostName: 'web',
      port: 22,
      user: 'me',
      identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => ({
        path: join(home, '.ssh', name),
        explicit: false,
      })),
      identitiesOnly: false,
      agent: '/agent',
      proxyJump: null,
      userKnownHosts: [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')],
      globalKnownHosts: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      hostKeyAlias: null,
      strict: 'refuse',
      hashKnownHosts: false,
      beyondUs: [],
    });
  });

  it('is overruled by what the inventory says', async () => {
    const reader = new SettingsReader({ HOME: home, USER: 'me' }, assert.fail);
    const settings = await reader.read({
      host: 'web',
      port: 2222,
      user: 'deploy',
      keyFile: '~/keys/%r',
      knownHostsFile: '~/kh',
      proxyJump: 'bastion',
      configFile: 'none',
    });
    assert.ok(!(settings instanceof Error));
    assert.deepEqual(settings.identityFiles[0], { path: join(home, 'keys/deploy'), explicit: true });
    assert.deepEqual(
      [settings.port, settings.user, settings.proxyJump, settings.agent],
      [2222, 'deploy', 'bastion', null],
    );
    assert.deepEqual(settings.userKnownHosts, [join(home, 'kh')]);
  });

  it('reads jump hosts', () => {
    assert.deepEqual(parseHop('bastion'), { host: 'bastion' });
    assert.deepEqual(parseHop('me@10.0.0.1:2222'), { host: '10.0.0.1', user: 'me', port: 2222 });
    assert.deepEqual(parseHop('me@[::1]:22'), { host: '::1', user: 'me', port: 22 });
    assert.deepEqual(parseHop('ssh://me@b:1'), { host: 'b', user: 'me', port: 1 });
    for (const wrong of ['', 'a:b:c', 'a:', '@', 'a b:x']) assert.equal(parseHop(wrong), null, wrong);
  });

  it('sees from the outside whether a key is locked @host', () => {
    const path = join(home, 'key');
    for (const [passphrase, format] of [
      ['', []],
      ['secret', []],
      ['secret', ['-m', 'PEM']],
      ['', ['-m', 'PEM']],
    ] as const) {
      rmSync(path, { force: true });
      const type = format.length > 0 ? 'ecdsa' : 'ed25519';
      execFileSync('ssh-keygen', ['-q', '-t', type, ...format, '-N', passphrase, '-f', path]);
      const text = execFileSync('cat', [path], { encoding: 'utf8' });
      const blob = execFileSync('cat', [`${path}.pub`], { encoding: 'utf8' }).split(' ')[1];
      const seen = inspectKey(text);
      assert.equal(seen?.encrypted, passphrase !== '');
      if (format.length === 0) assert.equal(seen?.publicKey?.toString('base64'), blob);
    }
    assert.equal(inspectKey('ssh-ed25519 AAAA'), null);
    assert.equal(
      inspectKey('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----'),
      null,
    );
  });
});

describe('failures to connect', () => {
  const settings = { hostName: '10.0.0.9', port: 22, user: 'me' } as Parameters<typeof failure>[1];
  const error = (code: string, level?: string) =>
    Object.assign(new Error('raw words'), { code, ...(level ? { level } : {}) });

  it('are told apart', () => {
    const said = (e: Error, stage: 'connecting' | 'connected' = 'connecting') =>
      failure('web1', settings, e, stage, 10).message;
    assert.equal(said(error('EHOSTUNREACH')), 'web1 (10.0.0.9:22): there is no route to it');
    assert.equal(said(error('ETIMEDOUT')), 'web1 (10.0.0.9:22) did not answer within 10 s');
    assert.equal(said(error('', 'client-timeout')), 'web1 (10.0.0.9:22) did not answer within 10 s');
    assert.equal(
      said(error('ECONNRESET'), 'connected'),
      'web1 (10.0.0.9:22) closed the connection before saying anything',
    );
    assert.equal(said(error('EWHAT')), 'web1 (10.0.0.9:22) could not be connected to: raw words');
  });

  it('are tried again only where sshd said nothing', () => {
    assert.ok(droppedUnheard(error('ECONNRESET'), 'connected'));
    assert.ok(!droppedUnheard(error('ECONNRESET'), 'authenticating'));
    assert.ok(!droppedUnheard(error('ECONNREFUSED'), 'connecting'));
  });

  it('of a jump host are not tried again: it said why', () => {
    const behind = 'kex_exchange_identification: Connection closed by remote host\r\n';
    assert.equal(clientDropped(behind), true);
    for (const why of ['me@gate: Permission denied (publickey).', 'Host key verification failed.'])
      assert.equal(clientDropped(`${why}\r\n${behind}`), false);
  });

  it('are read from what the system client says', () => {
    const target = { name: 'web1', via: 'openssh', address: '10.0.0.9', connectTimeout: 10 } as const;
    const said = (text: string): string => clientTrouble(target, text).message;
    assert.equal(
      said('ssh: Could not resolve hostname x.invalid: Name or service not known'),
      "the name x.invalid can't be resolved",
    );
    assert.equal(
      said('ssh: connect to host 10.0.0.9 port 22: Connection refused'),
      'web1 refused the connection',
    );
    assert.equal(
      said('ssh: connect to host 10.0.0.9 port 22: Connection timed out'),
      'web1 did not answer within 10 s',
    );
    assert.equal(
      said('banner\nme@10.0.0.9: Permission denied (publickey,password).'),
      'web1 refused to let me@10.0.0.9 in (it accepts publickey,password)',
    );
    assert.equal(
      said(
        'No ED25519 host key is known for 10.0.0.9 and you have requested strict checking.\nHost key verification failed.',
      ),
      'the host key of web1 (10.0.0.9, ED25519) is not known',
    );
    assert.equal(
      said(
        'Received disconnect from 10.0.0.9 port 22:2: Too many authentication failures\r\nDisconnected from 10.0.0.9 port 22\r\n',
      ),
      'web1 hung up before the right key came: it hears only so many (MaxAuthTries)',
    );
    assert.equal(
      said('Received disconnect from 10.0.0.9 port 22:11: Go away\r\nDisconnected from 10.0.0.9 port 22\r\n'),
      'web1 hung up: Go away',
    );
    assert.equal(said('something new'), 'web1 could not be connected to: something new');
    const elsewhere = { ...target, port: 2222, user: 'me', knownHostsFile: 'known' };
    const hint = (text: string) => clientTrouble(elsewhere, text).hint;
    const command = 'ssh -p 2222 -o UserKnownHostsFile=known me@10.0.0.9';
    assert.equal(
      hint('Host key verification failed.'),
      `if it is not known yet, look at it with: ${command}`,
    );
    assert.equal(hint('something new'), `try: ${command} -v`);
  });
});

describe('the delaying proxy', () => {
  it('delays each direction, keeps the order and all bytes', async () => {
    const server = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const proxy = await startDelayProxy({ to: { host: '127.0.0.1', port }, delayMs: 30 });
    const dial = async () => {
      const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true });
      const start = performance.now();
      socket.write('hello');
      await new Promise((resolve) => socket.once('data', resolve));
      return { socket, ms: performance.now() - start };
    };
    // One round trip for TCP's handshake, and one for the bytes; of several, as the machine may be busy.
    let { socket, ms } = await dial();
    for (let tries = 0; tries < 9 && ms >= 175; tries++) {
      socket.destroy();
      ({ socket, ms } = await dial());
    }
    assert.ok(ms >= 115 && ms < 175, String(ms));

    const big = Buffer.alloc(3_000_000, 'abcdefg');
    const echoed: Buffer[] = [];
    const whole = new Promise<void>((resolve) => {
      let size = 0;
      socket.on('data', (chunk) => {
        echoed.push(chunk);
        size += chunk.length;
        if (size === big.length) resolve();
      });
    });
    socket.write(big);
    await whole;
    assert.ok(Buffer.concat(echoed).equals(big));
    const ended = new Promise((resolve) => socket.once('end', resolve));
    socket.end();
    await ended;
    await proxy.close();
    server.close();
  });
});
