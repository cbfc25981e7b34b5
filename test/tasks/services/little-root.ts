import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Reply } from '../../../src/runner/contract/exchange.ts';
import type { Script } from '../../../src/runner/contract/script.ts';
import { type Ground, makeGround, type Running, type Shell, shells, treeState } from '../harness.ts';

/**
 * A root directory of its own, entered with chroot: the real shells, and the real tools that keep users and groups,
 * on databases that are not those of this machine.
 */
export interface LittleRoot {
  readonly ground: Ground;
  /** A line of a file below /etc, by its first field; undefined where there is none. */
  entry(file: string, name: string): string | undefined;
  /** Runs a command inside, as root; throws if it fails. */
  inside(...words: string[]): void;
  /** All that probing must not change. */
  state(): ReadonlyMap<string, string>;
}

const SHADOW = ['useradd', 'usermod', 'userdel', 'groupadd', 'groupmod', 'groupdel', 'chpasswd'];
const CORE =
  'cat chmod chown cp env getent id ln ls mkdir mktemp mv printf rm rmdir sed sleep stat timeout touch true wc'.split(
    ' ',
  );

const ETC: Readonly<Record<string, string>> = {
  passwd: 'root:x:0:0:root:/root:/bin/bash\nwww:x:33:33:www:/var/www:/usr/sbin/nologin\n',
  group: 'root:x:0:\nwww:x:33:\nadm:x:4:\ndocker:x:998:www\n',
  shadow: 'root:*:19000:0:99999:7:::\nwww:*:19000:0:99999:7:::\n',
  gshadow: 'root:*::\nwww:!::\nadm:*::\ndocker:!::www\n',
  'login.defs':
    'UMASK 022\nUID_MIN 1000\nUID_MAX 60000\nGID_MIN 1000\nGID_MAX 60000\nUSERGROUPS_ENAB yes\nHOME_MODE 0750\n',
  'skel/.profile': '# from skel\n',
};

export function makeLittleRoot(shell: Shell): LittleRoot {
  const bare = makeGround(shell);
  const root = bare.dir;
  execFileSync('cp', ['-al', `${template()}/.`, root]);
  for (const dir of ['dev', 'home', 'tmp', 'root', 'etc/skel', 'etc/default', 'var/mail']) {
    mkdirSync(join(root, dir), { recursive: true });
  }
  execFileSync('mknod', ['-m', '666', join(root, 'dev/null'), 'c', '1', '3']);
  for (const [name, text] of Object.entries(ETC)) writeFileSync(join(root, 'etc', name), text);
  chmodSync(join(root, 'etc/shadow'), 0o640);
  return {
    ground: { ...bare, run: (script, running) => say(shell, root, script, running) },
    entry(file, name) {
      const all = readFileSync(join(root, 'etc', file), 'utf8').split('\n');
      return all.find((line) => line.startsWith(`${name}:`));
    },
    inside: (...words) =>
      void execFileSync('chroot', [root, ...words], { env: { PATH: '/usr/sbin:/usr/bin' } }),
    state: () => new Map([...treeState(join(root, 'etc')), ...treeState(join(root, 'home'))]),
  };
}

/** As `runScript` does it, inside. */
function say(shell: Shell, root: string, script: Script, running: Running = {}): Reply {
  writeFileSync(join(root, 'tmp/script'), script.text);
  const bare = shell.name === 'busybox ash';
  const user = running.uid === undefined ? [] : [`--userspec=${running.uid}:${running.uid}`];
  const input = script.input ?? running.stdin;
  const done = spawnSync(
    'chroot',
    [
      ...user,
      root,
      bare ? '/bb/ash' : `/usr/bin/${basename(shell.path)}`,
      '-c',
      'c=$(cat /tmp/script); (eval "$c")',
    ],
    {
      env: { LC_ALL: 'C', HOME: '/root', PATH: bare ? '/bb:/usr/sbin' : '/usr/sbin:/usr/bin' },
      ...(input === undefined ? {} : { input }),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    },
  );
  if (done.error) throw done.error;
  return { kind: 'reply', code: done.status ?? 255, out: done.stdout, err: done.stderr };
}

let made: string | undefined;

/** The tools and their libraries, once per process; each root links to them. */
function template(): string {
  if (made) return made;
  const root = mkdtempSync(join(tmpdir(), 'mama-play-root-'));
  chmodSync(root, 0o755);
  const place = (file: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    if (!existsSync(join(root, to))) copyFileSync(file, join(root, to));
  };
  const tools = [
    ...[...shells().map(binaryOf), ...CORE].map((name) => [which(name), `usr/bin/${name}`] as const),
    ...SHADOW.map((name) => [which(name), `usr/sbin/${name}`] as const),
  ];
  for (const [file, to] of tools) place(file, to);
  const libraries = spawnSync(
    'ldd',
    tools.map(([file]) => file),
    { encoding: 'utf8' },
  ).stdout;
  for (const file of new Set(libraries.match(/(?<=\s)\/lib\S+/g))) place(file, file);
  if (shells().some(({ name }) => name === 'busybox ash')) layApplets(root);
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  made = root;
  return root;
}

function binaryOf({ name }: Shell): string {
  return name === 'busybox ash' ? 'busybox' : name;
}

function layApplets(root: string): void {
  mkdirSync(join(root, 'bb'));
  const applets = execFileSync(join(root, 'usr/bin/busybox'), ['--list'], { encoding: 'utf8' });
  for (const name of applets.trim().split('\n')) symlinkSync('/usr/bin/busybox', join(root, 'bb', name));
}

function which(name: string): string {
  const dirs = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const found = dirs.map((dir) => join(dir, name)).find((file) => existsSync(file));
  if (!found) throw new Error(`the tests need ${name}`);
  return found;
}
