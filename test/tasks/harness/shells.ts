import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Reply } from '../../../src/runner/contract/exchange.ts';
import type { Script } from '../../../src/runner/contract/script.ts';

/** A shell that a target may have, and the tools that come with it. */
export interface Shell {
  readonly name: 'dash' | 'bash' | 'busybox ash';
  readonly path: string;
  /** The PATH of its scripts: busybox ash sees busybox's own tools only. */
  readonly tools: string;
}

export interface Running {
  /** Added to the environment; the rest of it is PATH, HOME and LC_ALL=C only. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directories put before the shell's own tools, for fakes. */
  readonly tools?: readonly string[];
  /** stdin where the script brings none of its own. */
  readonly stdin?: Uint8Array | string;
  readonly cwd?: string;
  /** Octal text; 022 unless told. */
  readonly umask?: string;
  /** Run as this user and group instead of root. */
  readonly uid?: number;
}

const SYSTEM = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const PACKAGES: Readonly<Record<string, string>> = { dash: 'dash', bash: 'bash', busybox: 'busybox-static' };

/** `npm run test:fast`. */
const FAST = process.env['MAMA_TEST_FAST'] === '1';

let found: readonly Shell[] | undefined;

/**
 * The three shells. One that is missing is an error that names its Debian package, never a skip; only the fast run
 * does without busybox (`scripts/fast-run.mjs` says so).
 */
export function shells(): readonly Shell[] {
  found ??= [
    { name: 'dash', path: which('dash'), tools: SYSTEM },
    { name: 'bash', path: which('bash'), tools: SYSTEM },
    ...(FAST && !placeOf('busybox') ? [] : [busybox()]),
  ];
  return found;
}

/** The shells in which a case is tried: all; in the fast run one of them, the same for the same title. */
export function shellsFor(title: string): readonly Shell[] {
  const all = shells();
  const sum = [...title].reduce((total, char) => total + char.codePointAt(0)!, 0);
  return FAST ? [all[sum % all.length]!] : all;
}

/** Runs a script the way a connection does: evaluated in a subshell, its stdin its own input or nothing. */
export function runScript(shell: Shell, script: Script, running: Running = {}): Reply {
  const file = join(scratch(), `script${process.pid}`);
  writeFileSync(file, script.text);
  const input = script.input ?? running.stdin;
  const path = [...(running.tools ?? []), shell.tools].join(delimiter);
  const done = spawnSync(shell.path, ['-c', RUNNER, 'sh', file, running.umask ?? '022'], {
    cwd: running.cwd ?? scratch(),
    env: { LC_ALL: 'C', HOME: '/root', PATH: path, ...running.env },
    ...(input === undefined ? {} : { input }),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 30,
    ...(running.uid === undefined ? {} : { uid: running.uid, gid: running.uid }),
  });
  // A script that does not read all of its stdin is no fault of the harness.
  const broken = done.error as NodeJS.ErrnoException | undefined;
  if (broken && broken.code !== 'EPIPE') throw broken;
  return { kind: 'reply', code: done.status ?? 255, out: done.stdout, err: done.stderr };
}

/** The outer shell stays, and keeps to itself what it says of a script that was killed. */
const RUNNER =
  'umask "$2"; c=$(cat "$1"); set --; exec 9>&2 2>/dev/null; ( exec 2>&9 9>&-; eval "$c" ); r=$?; exit "$r"';

/** Where a program of this machine is; undefined: nowhere. */
export function placeOf(name: string): string | undefined {
  return SYSTEM.split(delimiter)
    .map((dir) => join(dir, name))
    .find((file) => existsSync(file));
}

function which(name: string): string {
  const path = placeOf(name);
  if (!path) throw new Error(`the tests need ${name}: apt-get install ${PACKAGES[name]}`);
  return path;
}

function busybox(): Shell {
  const dir = join(scratch(), 'busybox');
  const binary = which('busybox');
  mkdirSync(dir);
  spawnSync(binary, ['--install', '-s', dir]);
  if (!existsSync(join(dir, 'ash'))) throw new Error(`${binary} could not install its tools into ${dir}`);
  return { name: 'busybox ash', path: join(dir, 'ash'), tools: dir };
}

let scratchDir: string | undefined;

/** A directory of this process, readable by every user, removed when the process ends. */
function scratch(): string {
  if (scratchDir) return scratchDir;
  const dir = mkdtempSync(join(tmpdir(), 'mama-play-shells-'));
  spawnSync('chmod', ['0755', dir]);
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  scratchDir = dir;
  return dir;
}
