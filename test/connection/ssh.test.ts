import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { startDelayProxy } from '../../bench/delay-proxy.ts';
import { type ConnectOptions, connector } from '../../src/runner/connection/connect.ts';
import type { Reply, Target } from '../../src/runner/contract/exchange.ts';
import { makePerson } from './lib/person.ts';
import { startCountingProxy, startFreezingProxy, startNarrowProxy } from './lib/proxies.ts';
import { fingerprintOf, freePort, makeKey, type Sshd, startSshd } from './lib/sshd.ts';
import { conversationOf, LOGIN, ours, plain, troubleOf, users } from './lib/talk.ts';

describe('@host the ssh line', () => {
  let sshd: Sshd;
  before(async () => {
    sshd = await startSshd();
  });
  after(() => sshd.stop());

  const open = (more: Partial<Target> = {}, options: Partial<ConnectOptions> = {}) =>
    connector({ env: sshd.env, warn: assert.fail, ...options })(sshd.target('ssh', more));
  const refusal = async (more: Partial<Target>, options: Partial<ConnectOptions> = {}) =>
    troubleOf(await open(more, options));
  const works = async (more: Partial<Target>, options: Partial<ConnectOptions> = {}): Promise<void> => {
    const talk = conversationOf(await open(more, options));
    assert.deepEqual(plain(await talk.exchange(LOGIN, [ours('echo in')])), [[0, 'in\n', '']]);
    await talk.close();
  };
  const fileWith = (name: string, text: string): string => {
    const file = join(sshd.folder, name);
    writeFileSync(file, text);
    return file;
  };

  describe('host keys', () => {
    it('refuses a key that is not known, and says how to accept it', async () => {
      const file = fileWith('empty', '');
      const print = fingerprintOf(join(sshd.folder, 'host.pub'));
      assert.deepEqual(await refusal({ knownHostsFile: file }), {
        kind: 'trouble',
        trouble: 'unreachable',
        message: `the host key of web1 ([127.0.0.1]:${sshd.port}) is not known: ssh-ed25519 ${print}`,
        hint:
          'compare it with what "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" says on the host; if they agree: ' +
          `ssh-keyscan -p ${sshd.port} -t ed25519 127.0.0.1 >> ${file}   (or set StrictHostKeyChecking accept-new in ~/.ssh/config)`,
      });
      assert.equal(readFileSync(file, 'utf8'), '');
    });

    it('says how to accept a key where there is no folder for it yet', async () => {
      const folder = join(sshd.folder, 'fresh', '.ssh');
      const found = await refusal({ knownHostsFile: join(folder, 'known_hosts') });
      const says = `if they agree: mkdir -p -m 700 ${folder} && ssh-keyscan -p `;
      assert.ok(found.hint?.includes(says), found.hint);
    });

    it('refuses a key that has changed, and names the line', async () => {
      makeKey(join(sshd.folder, 'other'));
      const other = readFileSync(join(sshd.folder, 'other.pub'), 'utf8');
      const file = fileWith('changed', `# mine\n[127.0.0.1]:${sshd.port} ${other}`);
      const print = fingerprintOf(join(sshd.folder, 'host.pub'));
      assert.deepEqual(await refusal({ knownHostsFile: file }), {
        kind: 'trouble',
        trouble: 'unreachable',
        message:
          `the host key of web1 is not the one in ${file}:2: it now shows ssh-ed25519 ${print}. ` +
          'Somebody may be listening in, or the host was installed anew',
        hint: `only if you know why it changed: ssh-keygen -R '[127.0.0.1]:${sshd.port}' -f ${file}`,
      });
    });

    it('refuses a revoked key', async () => {
      const file = fileWith(
        'revoked',
        `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n@revoked * ${sshd.hostKey}\n`,
      );
      assert.match(
        (await refusal({ knownHostsFile: file })).message,
        /^web1 shows a host key that .*revoked:2 has revoked/,
      );
    });

    it('sends certificate authorities to openssh', async () => {
      const file = fileWith('authority', `@cert-authority * ${sshd.hostKey}\n`);
      const said = await refusal({ knownHostsFile: file });
      assert.equal(said.hint, 'set ansible_connection: openssh for it');
    });

    it('knows names that ssh-keygen has hashed', async () => {
      const file = fileWith('hashed', readFileSync(sshd.knownHosts, 'utf8'));
      execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
      assert.match(readFileSync(file, 'utf8'), /^\|1\|/);
      await works({ knownHostsFile: file });
    });

    it('learns a key under accept-new, but never a changed one', async () => {
      const known = join(sshd.folder, 'learnt');
      const config = fileWith(
        'accept-new',
        `Host *\n  StrictHostKeyChecking accept-new\n  HashKnownHosts yes\n  UserKnownHostsFile ${known}\n`,
      );
      const { knownHostsFile: _, ...target } = sshd.target('ssh', { sshConfigFile: config });
      const said: string[] = [];
      for (let i = 0; i < 2; i += 1) {
        const talk = conversationOf(
          await connector({ env: sshd.env, warn: (message) => said.push(message) })(target),
        );
        await talk.close();
      }
      assert.equal(said.length, 1);
      assert.match(
        said[0]!,
        /^web1: a host key that was not known is trusted from now on: ssh-ed25519 SHA256:/,
      );
      execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', known]);

      makeKey(join(sshd.folder, 'third'));
      writeFileSync(
        known,
        `[127.0.0.1]:${sshd.port} ${readFileSync(join(sshd.folder, 'third.pub'), 'utf8')}`,
      );
      assert.match(
        troubleOf(await connector({ env: sshd.env, warn: assert.fail })(target)).message,
        /is not the one in/,
      );
    });
  });

  describe('logging in', () => {
    it('says which keys were refused', async () => {
      const key = join(sshd.folder, 'stranger');
      makeKey(key);
      assert.deepEqual(await refusal({ privateKeyFile: key }), {
        kind: 'trouble',
        trouble: 'unreachable',
        message: `web1 refused to let root in: tried ${key} (${fingerprintOf(`${key}.pub`)})`,
        hint: 'add the public key to ~root/.ssh/authorized_keys on web1, or give another one with --private-key or -u another user',
      });
    });

    it('says that a certificate beside the key was not tried', async () => {
      const key = join(sshd.folder, 'certified');
      makeKey(key);
      writeFileSync(`${key}-cert.pub`, '');
      const { message, hint } = await refusal({ privateKeyFile: key });
      assert.match(message, /; not tried: \S+certified-cert\.pub: a certificate$/);
      assert.match(hint ?? '', /set ansible_connection: openssh/);
    });

    it('says that the host hears of so many keys only', async () => {
      const key = join(sshd.folder, 'stranger');
      if (!existsSync(key)) makeKey(key);
      const strict = await startSshd(['MaxAuthTries 1']);
      try {
        const target = { ...strict.target('ssh'), privateKeyFile: key };
        const said = troubleOf(await connector({ env: strict.env, warn: assert.fail })(target));
        assert.equal(
          said.message,
          `web1 hung up before the right key came: it hears only so many (MaxAuthTries), and there were ${key} (${fingerprintOf(`${key}.pub`)})`,
        );
      } finally {
        await strict.stop();
      }
    });

    it('says what the host wants instead of a key, or besides', async () => {
      const key = `${sshd.key} (${fingerprintOf(`${sshd.key}.pub`)})`;
      const said = async (line: string, more: Partial<Target>) => {
        const other = await startSshd([line]);
        try {
          const target = { ...other.target('ssh', more), privateKeyFile: sshd.key };
          copyFileSync(join(sshd.folder, 'authorized_keys'), join(other.folder, 'authorized_keys'));
          const { message, hint } = troubleOf(await connector({ env: other.env, warn: assert.fail })(target));
          return { message, hint };
        } finally {
          await other.stop();
        }
      };
      assert.deepEqual(await said('AuthenticationMethods password', {}), {
        message: `web1 refused to let root in: tried ${key}; it accepts password only`,
        hint: 'give the password with -k or ansible_password',
      });
      assert.deepEqual(await said('AuthenticationMethods publickey,password', {}), {
        message: `web1 takes ${key} of root, and wants password besides`,
        hint: 'give the password with -k or ansible_password',
      });
      assert.deepEqual(await said('AuthenticationMethods publickey,password', { password: 'wrong' }), {
        message: `web1 takes ${key} of root, and wants password besides`,
        hint: 'check the password of -k or ansible_password',
      });
    });

    it('says that there is nothing to log in with', async () => {
      const said = troubleOf(
        await connector({ env: sshd.env, warn: assert.fail })({
          ...sshd.target('ssh'),
          privateKeyFile: join(sshd.folder, 'absent'),
        }),
      );
      assert.equal(
        said.message,
        `no key to log in to web1 with; ${join(sshd.folder, 'absent')}: there is no such file`,
      );
      const { privateKeyFile: _, ...keyless } = sshd.target('ssh');
      const none = troubleOf(await connector({ env: sshd.env, warn: assert.fail })(keyless));
      assert.match(none.message, /^no key to log in to web1 with: no ssh agent, and none of .*id_ed25519/);
    });

    it('says that a file is no key', async () => {
      const file = fileWith('nonsense', 'hello\n');
      assert.equal(
        (await refusal({ privateKeyFile: file })).message,
        `no key to log in to web1 with; ${file}: it is not a private key`,
      );
    });

    describe('with a locked key', () => {
      let locked: string;
      before(() => {
        locked = join(sshd.folder, 'locked');
        makeKey(locked, 'open sesame');
        appendFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${locked}.pub`));
      });

      it('asks for the passphrase once for all hosts', async () => {
        const asked: string[] = [];
        const connect = connector({
          env: sshd.env,
          warn: assert.fail,
          askPassphrase: async (file) => {
            asked.push(file);
            return 'open sesame';
          },
        });
        const opened = await Promise.all(
          [1, 2, 3].map(() => connect(sshd.target('ssh', { privateKeyFile: locked }))),
        );
        for (const talk of opened) await conversationOf(talk).close();
        assert.deepEqual(asked, [locked]);
      });

      it('says that the passphrase is wrong, or was not given', async () => {
        const prefix = `no key to log in to web1 with; ${locked}:`;
        assert.equal(
          (await refusal({ privateKeyFile: locked, passphrase: 'no' })).message,
          `${prefix} the passphrase is wrong`,
        );
        assert.equal(
          (await refusal({ privateKeyFile: locked })).message,
          `${prefix} it is encrypted and no passphrase was given`,
        );
      });

      it('leaves it to the agent where that holds it', async () => {
        const socket = join(sshd.folder, 'agent');
        const agent = execFileSync('ssh-agent', ['-a', socket, '-s'], { encoding: 'utf8' });
        const pid = Number(/AGENT_PID=(\d+)/.exec(agent)![1]);
        try {
          const copy = join(sshd.folder, 'unlocked');
          copyFileSync(locked, copy);
          execFileSync('ssh-keygen', ['-q', '-p', '-P', 'open sesame', '-N', '', '-f', copy]);
          execFileSync('ssh-add', ['-q', copy], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
          const env = { ...sshd.env, SSH_AUTH_SOCK: socket };
          await works({ privateKeyFile: locked }, { env, askPassphrase: assert.fail as never });
        } finally {
          process.kill(pid);
        }
      });

      it('goes on without an agent that is gone, and says so', async () => {
        const warnings: string[] = [];
        await works(
          {},
          { env: { ...sshd.env, SSH_AUTH_SOCK: '/nowhere' }, warn: (message) => warnings.push(message) },
        );
        assert.match(warnings.join(), /^the ssh agent at \/nowhere does not answer/);
      });
    });

    it('works with RSA and ECDSA keys', async () => {
      for (const type of ['rsa', 'ecdsa']) {
        const file = join(sshd.folder, `key-${type}`);
        execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file]);
        appendFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${file}.pub`));
        await works({ privateKeyFile: file });
      }
    });
  });

  describe('hosts that can not be reached', () => {
    it('says that a name can not be resolved', async () => {
      const said = await refusal({ address: 'no-such-host.invalid' });
      assert.equal(said.message, "the name no-such-host.invalid can't be resolved");
      assert.equal(said.hint, 'correct ansible_host of web1, or the DNS');
    });

    it('says that a port is closed', async () => {
      const port = await freePort();
      const said = await refusal({ port });
      assert.equal(said.message, `web1 (127.0.0.1:${port}) refused the connection`);
      assert.equal(said.hint, 'is sshd running there, and is this its port?');
    });

    describe('behind a port that is not sshd', () => {
      let mute: Server;
      before(async () => {
        mute = createServer(() => {});
        await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
      });
      after(() => mute.close());

      it('gives up in time', async () => {
        const { port } = mute.address() as { port: number };
        const said = await refusal({ port, connectTimeout: 1 });
        assert.equal(
          said.message,
          `web1 (127.0.0.1:${port}) took the connection but did not finish the SSH handshake within 1 s`,
        );
      });

      it('gives up in time over openssh too, and blames no login shell', async () => {
        const { port } = mute.address() as { port: number };
        const connect = connector({ env: sshd.env, warn: assert.fail });
        const said = troubleOf(await connect(sshd.target('openssh', { port, connectTimeout: 10 })));
        assert.equal(said.message, 'web1 did not answer within 10 s');
      });
    });

    it('says that the login shell is none', async () => {
      const person = makePerson();
      try {
        execFileSync('usermod', ['--shell', '/usr/sbin/nologin', person.name]);
        const talk = conversationOf(await open({ user: person.name }));
        const said = troubleOf(await talk.exchange(LOGIN, [ours(':')]));
        await talk.close();
        assert.equal(
          said.message,
          'the login shell on web1 exited 1 before it started sh: This account is currently not available.',
        );
      } finally {
        person.remove();
      }
    });
  });

  it('does not wait for a shell that is slow to start, once nothing more is asked', async () => {
    const slow = await startSshd(['ForceCommand sleep 300']);
    try {
      const connect = connector({ env: slow.env, warn: assert.fail });
      const talk = conversationOf(await connect(slow.target('ssh')));
      const asked = talk.exchange(LOGIN, [ours(':')]);
      await talk.interrupt(true);
      assert.equal(troubleOf(await asked).message, 'the shell on web1 was not ready yet');
      await talk.close();
    } finally {
      await slow.stop();
    }
  });

  it('says that another shell stands in the place of ours', async () => {
    const forced = await startSshd(['ForceCommand exec bash']);
    try {
      const connect = connector({ env: forced.env, warn: assert.fail });
      const talk = conversationOf(await connect(forced.target('ssh')));
      const said = troubleOf(await talk.exchange(LOGIN, [ours(':')]));
      await talk.close();
      assert.equal(said.message, 'something on web1 swallowed what was sent to the shell');
      assert.equal(
        said.hint,
        "look in the user's startup files there (.bashrc, .zshenv …) for a command that reads its input, or that starts another shell",
      );
    } finally {
      await forced.stop();
    }
  });

  describe('~/.ssh/config', () => {
    it('is heard: Host, HostName, User, Port, IdentityFile, UserKnownHostsFile', async () => {
      const config = fileWith(
        'config',
        `Host web\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User root\n  IdentityFile ${sshd.key}\n  UserKnownHostsFile ${sshd.knownHosts}\n`,
      );
      const connect = connector({ env: { ...sshd.env, USER: 'somebody' }, warn: assert.fail });
      const talk = conversationOf(
        await connect({
          name: 'web1',
          via: 'ssh',
          address: 'web',
          sshConfigFile: config,
          connectTimeout: 10,
        }),
      );
      assert.deepEqual(plain(await talk.exchange(LOGIN, [users('id -un')])), [[0, 'root\n', '']]);
      await talk.close();
    });

    it('sends what only the system client can do there', async () => {
      const config = fileWith('proxied', 'Host *\n  ProxyCommand nc %h %p\n');
      assert.deepEqual(await refusal({ sshConfigFile: config }), {
        kind: 'trouble',
        trouble: 'unreachable',
        message: "the ssh configuration of web1 uses ProxyCommand, which this connection can't",
        hint: 'set ansible_connection: openssh for it',
      });
    });

    it('shows what is wrong with it', async () => {
      const config = fileWith('broken', 'Host *\n  User root\n  Nonsense yes\n');
      assert.match(
        (await refusal({ sshConfigFile: config })).message,
        /^the ssh configuration for web1 can't be read: .*broken.*line 3.*nonsense/i,
      );
    });
  });

  describe('a jump host', () => {
    let jump: Sshd;
    before(async () => {
      jump = await startSshd();
      // The same login key everywhere, and one known_hosts file for both.
      copyFileSync(join(sshd.folder, 'authorized_keys'), join(jump.folder, 'authorized_keys'));
      appendFileSync(sshd.knownHosts, readFileSync(jump.knownHosts));
    });
    after(() => jump.stop());

    it('is gone through, and shared', async () => {
      const proxyJump = `root@127.0.0.1:${jump.port}`;
      const connect = connector({ env: sshd.env, warn: assert.fail });
      const all = await Promise.all(
        [...Array(6).keys()].map((i) => connect(sshd.target('ssh', { name: `web${i}`, proxyJump }))),
      );
      for (const talk of all.map(conversationOf)) {
        const [reply] = plain(await talk.exchange(LOGIN, [users('echo "$SSH_CONNECTION"')])) as [
          number,
          string,
        ][];
        assert.match(reply![1], new RegExp(`^127.0.0.1 \\d+ 127.0.0.1 ${sshd.port}`));
      }
      for (const talk of all) await conversationOf(talk).close();
    });

    it('lets fifty hosts through at once, and so does sshd itself, with MaxStartups and MaxSessions as they are', async () => {
      for (const proxyJump of [undefined, `root@127.0.0.1:${jump.port}`]) {
        const connect = connector({ env: sshd.env, warn: assert.fail });
        const more = proxyJump === undefined ? {} : { proxyJump };
        const all = await Promise.all(
          [...Array(50).keys()].map((i) =>
            connect(sshd.target('ssh', { name: `web${i}`, connectTimeout: 60, ...more })),
          ),
        );
        for (const talk of all.map(conversationOf))
          assert.deepEqual(plain(await talk.exchange(LOGIN, [ours('echo well')])), [[0, 'well\n', '']]);
        for (const talk of all) await conversationOf(talk).close();
      }
    });

    it('is gone through in a chain', () =>
      works({ proxyJump: `root@127.0.0.1:${jump.port},root@127.0.0.1:${sshd.port}` }));

    it('must show a known key too', async () => {
      const known = fileWith('only-target', `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
      const said = await refusal({ proxyJump: `root@127.0.0.1:${jump.port}`, knownHostsFile: known });
      assert.match(
        said.message,
        new RegExp(
          `^web1 can't be reached: the jump host: the host key of 127.0.0.1 \\(\\[127.0.0.1\\]:${jump.port}\\) is not known`,
        ),
      );
    });

    it('says where it can not get on to', async () => {
      const port = await freePort();
      const said = await refusal({ proxyJump: `root@127.0.0.1:${jump.port}`, port });
      assert.equal(
        said.message,
        `the jump host 127.0.0.1 could not connect to 127.0.0.1:${port}: Connection refused`,
      );
    });
  });

  it('comes through where sshd drops what is too much at once', async () => {
    const small = await startSshd(['MaxStartups 2:100:3']);
    try {
      const connect = connector({ env: small.env, warn: assert.fail });
      const all = await Promise.all(
        [...Array(14).keys()].map((i) => connect(small.target('ssh', { name: `web${i}` }))),
      );
      for (const talk of all) await conversationOf(talk).close();
    } finally {
      await small.stop();
    }
  });

  it('says that there is no algorithm in common', async () => {
    const other = await startSshd(['KexAlgorithms sntrup761x25519-sha512@openssh.com']);
    try {
      const said = troubleOf(await connector({ env: other.env, warn: assert.fail })(other.target('ssh')));
      assert.match(said.message, /^web1 .* know no algorithm in common: .*key exchange/);
      assert.match(said.hint ?? '', /ansible_connection: openssh/);
    } finally {
      await other.stop();
    }
  });

  it('says that the host opens no session at all', async () => {
    const closed = await startSshd(['MaxSessions 0']);
    try {
      const connect = connector({ env: closed.env, warn: assert.fail });
      const talk = conversationOf(await connect(closed.target('ssh')));
      const said = troubleOf(await talk.exchange(LOGIN, [ours(':')]));
      await talk.close();
      assert.equal(said.trouble, 'unreachable');
      assert.equal(said.message, 'web1 opened no session: (SSH) Channel open failure: open failed');
      assert.equal(said.hint, 'raise MaxSessions in its sshd_config');
    } finally {
      await closed.stop();
    }
  });

  it('finds out that the line is dead', async () => {
    const proxy = await startFreezingProxy(sshd.port);
    appendFileSync(sshd.knownHosts, `[127.0.0.1]:${proxy.port} ${sshd.hostKey}\n`);
    const talk = conversationOf(await open({ port: proxy.port }, { keepalive: { interval: 200, count: 2 } }));
    await talk.exchange(LOGIN, [ours(':')]);
    proxy.freeze();
    const start = Date.now();
    const said = troubleOf(await talk.exchange(LOGIN, [ours(':')]));
    assert.equal(said.trouble, 'lost');
    assert.match(said.message, /: nothing was heard of it any more \(-o ServerAliveInterval/);
    // TCP alone would take minutes.
    assert.ok(Date.now() - start < 20_000);
    await talk.close();
    await proxy.close();
  });

  it('does not take a line for dead on which much is under way', async () => {
    const proxy = await startNarrowProxy(sshd.port);
    appendFileSync(sshd.knownHosts, `[127.0.0.1]:${proxy.port} ${sshd.hostKey}\n`);
    const talk = conversationOf(await open({ port: proxy.port }, { keepalive: { interval: 300, count: 2 } }));
    const size = 5_000_000;
    const reply = await talk.stream(LOGIN, ours('wc -c'), () => Readable.from([Buffer.alloc(size)]));
    assert.equal(
      Buffer.from((reply as Reply).out ?? '')
        .toString()
        .trim(),
      String(size),
      JSON.stringify(reply),
    );
    await talk.close();
    await proxy.close();
  });

  it('needs seven round trips to the first answer, and one for each further', async () => {
    const proxy = await startCountingProxy(sshd.port);
    appendFileSync(sshd.knownHosts, `[127.0.0.1]:${proxy.port} ${sshd.hostKey}\n`);
    const talk = conversationOf(await open({ port: proxy.port }));
    await talk.exchange(LOGIN, [ours(':')]);
    const ofTcp = 1;
    assert.equal(proxy.roundTrips() + ofTcp, 7);
    await talk.exchange(
      LOGIN,
      [...Array(20).keys()].map(() => ours(':')),
    );
    assert.equal(proxy.roundTrips() + ofTcp, 8);
    await talk.close();
    await proxy.close();
  });

  it('works over a slow line', async () => {
    const proxy = await startDelayProxy({ to: { host: '127.0.0.1', port: sshd.port }, delayMs: 50 });
    appendFileSync(sshd.knownHosts, `[127.0.0.1]:${proxy.port} ${sshd.hostKey}\n`);
    const start = Date.now();
    await works({ port: proxy.port });
    assert.ok(Date.now() - start >= 600);
    await proxy.close();
  });
});
