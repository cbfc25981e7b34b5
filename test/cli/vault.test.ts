import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decryptVault, encryptVault } from '../../src/runner/language/vault.ts';
import { FakeProcess, type Ran, runFake } from './fake-process.ts';

const PASSWORD = Buffer.from('pw');

describe('mama-play vault', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-vault-cli-'));
    write('pw', 'pw\n');
    write('other', 'other\n');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const at = (name: string) => join(dir, name);
  const write = (name: string, text: string, mode = 0o644) => writeFileSync(at(name), text, { mode });
  const read = (name: string) => readFileSync(at(name), 'utf8');
  const inside = (name: string, password = 'pw') =>
    Buffer.from(decryptVault(read(name), Buffer.from(password)) as Uint8Array).toString();

  interface With {
    readonly env?: Record<string, string>;
    readonly stdin?: string;
    /** Typed at the questions of a terminal. */
    readonly typed?: readonly string[];
  }

  function vault(line: string, { env = {}, stdin = '', typed }: With = {}): Promise<Ran> {
    const fake = new FakeProcess(dir, env, typed !== undefined);
    if (typed) {
      // One answer per question: a line that comes too early would be lost.
      const answers = [...typed];
      const original = fake.stderr.write.bind(fake.stderr) as (text: string) => boolean;
      fake.stderr.write = ((text: string) => {
        if (/: $/.test(text)) setTimeout(() => fake.stdin.write(`${answers.shift()}\n`), 5);
        return original(text);
      }) as typeof fake.stderr.write;
    } else fake.stdin.end(stdin);
    return runFake(fake, ['vault', ...line.split(' ')]);
  }

  const editor = (script: string) => {
    write('editor', `#!/bin/sh\n${script}\n`, 0o755);
    return { env: { EDITOR: at('editor') } };
  };
  const leftovers = () => readdirSync('/dev/shm').filter((name) => /^mama-play-[A-Za-z0-9]{6}$/.test(name));

  it('encrypts and decrypts in place, and keeps the mode', async () => {
    write('a.yaml', 'a: 1\n', 0o640);
    chmodSync(at('a.yaml'), 0o640);
    assert.deepEqual(await vault('encrypt a.yaml --vault-password-file pw'), {
      code: 0,
      out: '',
      err: 'encrypted a.yaml\n',
    });
    assert.equal(inside('a.yaml'), 'a: 1\n');
    assert.equal(statSync(at('a.yaml')).mode & 0o777, 0o640);
    await vault('decrypt a.yaml --vault-password-file pw');
    assert.equal(read('a.yaml'), 'a: 1\n');
    assert.equal(statSync(at('a.yaml')).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(dir).sort(), ['a.yaml', 'other', 'pw'], 'nothing lies beside it');
  });

  it('follows a link, and leaves it', async () => {
    write('a.yaml', 'a: 1\n');
    symlinkSync('a.yaml', at('link'));
    await vault('encrypt link --vault-password-file pw');
    assert.ok(lstatSync(at('link')).isSymbolicLink());
    assert.equal(inside('a.yaml'), 'a: 1\n');
  });

  it('reads stdin and writes stdout or another file', async () => {
    const { out } = await vault('encrypt --vault-password-file pw', { stdin: 'from stdin' });
    assert.match(out, /^\$ANSIBLE_VAULT;1\.1;AES256\n/);
    assert.deepEqual(await vault('decrypt - --vault-password-file pw', { stdin: out }), {
      code: 0,
      out: 'from stdin',
      err: '',
    });
    await vault('encrypt --output new --vault-password-file pw', { stdin: 'x' });
    assert.equal(statSync(at('new')).mode & 0o777, 0o600);
    assert.equal(inside('new'), 'x');
    assert.equal((await vault('decrypt new --output - --vault-password-file pw')).out, 'x');
  });

  it('writes the vault id, and chooses among several', async () => {
    write('a.yaml', 'a: 1\n');
    assert.deepEqual(await vault('encrypt a.yaml --vault-id qa@pw --vault-id prod@other'), {
      code: 1,
      out: '',
      err: 'mama-play: several vault passwords were given\n  choose with --encrypt-vault-id: qa, prod\n',
    });
    await vault('encrypt a.yaml --vault-id qa@pw --vault-id prod@other --encrypt-vault-id prod');
    assert.match(read('a.yaml'), /^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
    assert.equal(inside('a.yaml', 'other'), 'a: 1\n');
    assert.match(
      (await vault('encrypt pw --vault-id qa@pw --encrypt-vault-id prod')).err,
      /no vault password was given for the id "prod"\n {2}there is: qa/,
    );
  });

  it('touches no file where one of them is wrong', async () => {
    write('a.yaml', 'a: 1\n');
    write('b.yaml', encryptVault('b: 1\n', PASSWORD));
    assert.deepEqual(await vault('encrypt a.yaml b.yaml --vault-password-file pw'), {
      code: 1,
      out: '',
      err: 'mama-play: b.yaml: it is encrypted already\n  mama-play vault rekey gives it another password\n',
    });
    assert.equal(read('a.yaml'), 'a: 1\n');
    assert.match(
      (await vault('decrypt b.yaml a.yaml --vault-password-file pw')).err,
      /a\.yaml: this is no vault/,
    );
    assert.match(read('b.yaml'), /^\$ANSIBLE_VAULT/);
    assert.match((await vault('view nope --vault-password-file pw')).err, /there is no file nope/);
  });

  it('views, and says when the password is wrong', async () => {
    write('a', encryptVault('hello\n', PASSWORD));
    assert.deepEqual(await vault('view a --vault-password-file pw'), { code: 0, out: 'hello\n', err: '' });
    const { code, err } = await vault('view a --vault-password-file other');
    assert.equal(code, 1);
    assert.match(
      err,
      /^mama-play: a: no password that was given opens it, or it was changed\n {2}tried the vault password file other;/,
    );
  });

  it('rekeys: another password, another id, the same text', async () => {
    write('a', encryptVault('hello\n', PASSWORD));
    assert.equal(
      (await vault('rekey a --vault-password-file pw --new-vault-id prod@other')).err,
      'rekeyed a\n',
    );
    assert.match(read('a'), /^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
    assert.equal(inside('a', 'other'), 'hello\n');
    await vault('rekey a --vault-id prod@other --new-vault-password-file pw');
    assert.match(read('a'), /^\$ANSIBLE_VAULT;1\.1;AES256\n/);
    assert.equal(inside('a'), 'hello\n');
  });

  describe('passwords', () => {
    beforeEach(() => write('a', encryptVault('hello\n', PASSWORD)));
    const view = async (line: string, given?: With) => {
      const { out, err } = await vault(`view a ${line}`.trim(), given);
      return out || err;
    };

    it('come from a script', async () => {
      write('script', '#!/bin/sh\nprintf "pw\\n"\n', 0o755);
      assert.equal(await view('--vault-password-file script'), 'hello\n');
      write('ask-client.sh', '#!/bin/sh\n[ "$*" = "--vault-id qa" ] && echo pw\n', 0o755);
      assert.equal(await view('--vault-id qa@ask-client.sh'), 'hello\n');
    });

    it('come from the environment, ours and Ansible’s', async () => {
      for (const name of ['MAMA_PLAY_VAULT_PASSWORD_FILE', 'ANSIBLE_VAULT_PASSWORD_FILE'])
        assert.equal(await view('', { env: { [name]: at('pw') } }), 'hello\n');
      const env = { MAMA_PLAY_VAULT_PASSWORD_FILE: '~/pw' };
      assert.equal(await view('--vault-password-file other', { env }), 'hello\n');
    });

    it('are asked for, without being shown', async () => {
      for (const line of ['--ask-vault-pass', '-J', '--vault-id prompt', '--vault-id x@prompt', '']) {
        const { out, err } = await vault(`view a ${line}`.trim(), { typed: ['pw'] });
        assert.equal(out, 'hello\n', line);
        assert.ok(!err.includes('pw'));
      }
    });

    it('are asked for twice where they are new', async () => {
      write('b', 'b');
      assert.equal((await vault('encrypt b', { typed: ['pw', 'pw'] })).code, 0);
      assert.equal(inside('b'), 'b');
      write('b', 'b');
      assert.match(
        (await vault('encrypt b', { typed: ['pw', 'wp'] })).err,
        /the two passwords are not the same/,
      );
      assert.equal(read('b'), 'b');
    });

    it('that can not be had are said to be so', async () => {
      write('empty', '\n');
      write('bad', '#!/bin/sh\nexit 3\n', 0o755);
      write('noscript', 'pw\n', 0o755);
      const cases: readonly (readonly [string, RegExp])[] = [
        ['--vault-password-file nope', /there is no vault password file nope/],
        ['--vault-password-file .', /the vault password file \. is a directory/],
        ['--vault-password-file empty', /the vault password file empty gives an empty password/],
        ['--vault-password-file bad', /the vault password script bad ended with 3/],
        [
          '--vault-password-file noscript',
          /noscript can't be run \(has no #! line\)\n {2}if it holds the password itself, it must not be executable/,
        ],
        ['--ask-vault-pass', /the vault password is to be asked for, but nobody answers/],
        ['--vault-id a;b@pw', /A label holds no semicolon/],
      ];
      for (const [line, expected] of cases) assert.match(await view(line), expected, line);
    });
  });

  describe('edit and create', () => {
    beforeEach(() => write('a.yaml', encryptVault('a: 1\n', PASSWORD, 'prod'), 0o640));

    it('let the editor change a private file in memory', async () => {
      const see =
        'ls -ld "${1%/*}" "$1" | cut -c1-10 >seen; echo "${1##*/}" >>seen; echo "b: 2" >>"$1"; cp "$1" "$1~"';
      const env = editor(`cd ${dir}; ${see}`);
      const { code, err } = await vault('edit a.yaml --vault-password-file pw', env);
      assert.deepEqual({ code, err }, { code: 0, err: 'changed a.yaml\n' });
      assert.equal(inside('a.yaml'), 'a: 1\nb: 2\n');
      assert.match(read('a.yaml'), /;prod\n/, 'the vault id stays');
      assert.equal(statSync(at('a.yaml')).mode & 0o777, 0o640);
      assert.equal(read('seen'), 'drwx------\n-rw-------\na.yaml\n');
      assert.deepEqual(leftovers(), []);
      assert.deepEqual(readdirSync(dir).sort(), ['a.yaml', 'editor', 'other', 'pw', 'seen']);
    });

    it('tell vim to keep no copies, whatever else it is told', async () => {
      write(
        'vim',
        `#!/bin/sh\nfor last; do :; done; printf '%s|' "$@" >${at('words')}; echo x >"$last"\n`,
        0o755,
      );
      await vault('edit a.yaml --vault-password-file pw', { env: { EDITOR: `${at('vim')} '+set ft=yaml'` } });
      assert.match(
        read('words'),
        /^-n\|-i\|NONE\|-c\|set noundofile nobackup nowritebackup\|\+set ft=yaml\|\/dev\/shm\/mama-play-\w+\/a\.yaml\|$/,
      );
    });

    it('leave the file as it is where nothing was changed', async () => {
      const before = read('a.yaml');
      const { ino } = statSync(at('a.yaml'));
      const { err } = await vault('edit a.yaml --vault-password-file pw', {
        env: { VISUAL: 'true', EDITOR: 'false' },
      });
      assert.equal(err, 'a.yaml is unchanged\n');
      assert.deepEqual([read('a.yaml'), statSync(at('a.yaml')).ino], [before, ino]);
    });

    it('leave nothing behind where the editor fails', async () => {
      const before = read('a.yaml');
      const cases: readonly (readonly [string | With, RegExp])[] = [
        ['echo x >>"$1"; exit 4', /a\.yaml: the editor ended with 4: nothing was changed/],
        ['kill -TERM $$', /the editor was ended by SIGTERM: nothing was changed/],
        [{ env: { EDITOR: 'no-such-editor --x' } }, /the editor no-such-editor can't be started \(ENOENT\)/],
        [{ env: { EDITOR: 'a "b' } }, /the name of the editor \(\$VISUAL, \$EDITOR\) can not be read/],
      ];
      for (const [given, expected] of cases) {
        const { code, err } = await vault(
          'edit a.yaml --vault-password-file pw',
          typeof given === 'string' ? editor(given) : given,
        );
        assert.match(err, expected);
        assert.equal(code, 1);
        assert.equal(read('a.yaml'), before);
        assert.deepEqual(leftovers(), []);
      }
    });

    it('leave nothing behind when they are ended from outside', async () => {
      const before = read('a.yaml');
      const { env } = editor(`echo x >>"$1"; : >${at('ready')}; exec sleep 60`);
      const fake = new FakeProcess(dir, env);
      const running = runFake(fake, ['vault', 'edit', 'a.yaml', '--vault-password-file', 'pw']);
      while (!existsSync(at('ready'))) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.equal(leftovers().length, 1);
      fake.emit('SIGHUP');
      const { code, err } = await running;
      assert.equal(code, 1);
      assert.match(err, /the editor was ended by SIGHUP: nothing was changed/);
      assert.equal(read('a.yaml'), before);
      assert.deepEqual(leftovers(), []);
    });

    it('never lose a text when somebody else was quicker', async () => {
      const env = editor(`echo mine >"$1"; echo theirs >${at('a.yaml')}`);
      const { code, err } = await vault('edit a.yaml --vault-password-file pw', env);
      assert.equal(code, 1);
      assert.match(
        err,
        /somebody else changed it meanwhile\n {2}your text is, encrypted, in a\.yaml\.edited/,
      );
      assert.equal(read('a.yaml'), 'theirs\n');
      assert.equal(inside('a.yaml.edited'), 'mine\n');
    });

    it('make a new file, and no file of nothing', async () => {
      assert.equal(
        (await vault('create n.yaml --vault-id qa@pw', editor('echo "n: 1" >"$1"'))).err,
        'created n.yaml\n',
      );
      assert.equal(inside('n.yaml'), 'n: 1\n');
      assert.equal(statSync(at('n.yaml')).mode & 0o777, 0o600);
      assert.match(
        (await vault('create n.yaml --vault-id qa@pw', editor('true'))).err,
        /it is there already/,
      );
      assert.match(
        (await vault('create x/n --vault-id qa@pw', editor('true'))).err,
        /there is no such directory/,
      );
      assert.match(
        (await vault('create m --vault-id qa@pw', editor('true'))).err,
        /nothing was written: m was not made/,
      );
      assert.ok(!existsSync(at('m')));
    });
  });

  describe('encrypt-string', () => {
    const plainOf = (yaml: string) => {
      const text = yaml.slice(yaml.indexOf('$')).replace(/^ +/gm, '');
      return Buffer.from(decryptVault(text, PASSWORD) as Uint8Array).toString();
    };

    it('makes a value of what is piped in', async () => {
      const { out, err } = await vault('encrypt-string --stdin-name key --vault-password-file pw', {
        stdin: 's3cret',
      });
      assert.match(out, /^key: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n( {10}[0-9a-f]+\n)+$/);
      assert.equal(err, '');
      assert.equal(plainOf(out), 's3cret');
      const again = await vault('encrypt_string --vault-password-file pw', { stdin: 'x\n' });
      assert.match(again.out, /^!vault \|\n/);
      assert.match(again.err, /the text ends with a line break, which is encrypted too/);
    });

    it('asks, on a terminal', async () => {
      const { out, err } = await vault('encrypt-string -n key --vault-password-file pw', {
        typed: ['s3cret'],
      });
      assert.equal(plainOf(out), 's3cret');
      assert.ok(!err.includes('s3cret'));
    });

    it('takes texts from the command line, and says what that means', async () => {
      const { out, err } = await vault('encrypt-string one two -n a -n b --vault-id qa@pw');
      assert.match(out, /^a: !vault \|\n( {10}.*\n)+b: !vault \|\n/);
      assert.match(err, /can be seen in the list of processes/);
      assert.ok(!/\b(one|two)\b/.test(out + err));
    });

    it('refuses nothing', async () => {
      assert.match((await vault('encrypt-string --vault-password-file pw')).err, /the text is empty/);
    });
  });

  it('explains itself', async () => {
    assert.match((await vault('--help')).out, /^Usage: mama-play vault VERB[\s\S]*encrypt-string/);
    assert.match((await vault('edit --help')).out, /^Usage: mama-play vault edit FILE…/);
    const cases: readonly (readonly [string, string])[] = [
      [
        'seal a',
        'mama-play vault has no verb "seal": encrypt, decrypt, view, edit, create, rekey, encrypt-string',
      ],
      ['view', 'mama-play vault view needs a file'],
      ['edit -', 'mama-play vault edit needs a file, not stdin'],
      ['create a b', 'mama-play vault create makes one file'],
      ['encrypt a b --output c', '--output goes with one file only'],
      [
        'rekey a --new-vault-id x@y --new-vault-password-file z',
        'give one of --new-vault-id and --new-vault-password-file',
      ],
    ];
    for (const [line, message] of cases) {
      const { code, err } = await vault(line);
      assert.deepEqual([code, err.split('\n')[0]], [1, `mama-play: ${message}`]);
    }
  });
});
