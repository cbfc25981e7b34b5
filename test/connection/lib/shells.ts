import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One of the shells that a host may have, as an environment in which `sh` is that shell. */
export interface ShellRoom {
  readonly name: string;
  readonly env: Record<string, string>;
  /** To be called before a session is opened: what is there already is nobody's leftover. */
  look(): void;
  /** Folders of our sessions that stay: those that are there now and do not go within this many milliseconds. */
  leftovers(within: number): Promise<string[]>;
  remove(): void;
}

/**
 * Rooms for dash, bash and busybox ash; the last one has nothing but busybox's own tools on its PATH. In the fast run
 * for dash only.
 */
export function shellRooms(): ShellRoom[] {
  return (process.env['MAMA_TEST_FAST'] === '1' ? ['dash'] : ['dash', 'bash', 'busybox']).map(room);
}

function room(name: string): ShellRoom {
  const shell = existsSync(`/bin/${name}`) ? `/bin/${name}` : `/usr/bin/${name}`;
  if (!existsSync(shell)) throw new Error(`the tests need ${name}: apt-get install ${name}`);
  const base = mkdtempSync(join(tmpdir(), 'mp-test-'));
  const bin = join(base, 'bin');
  mkdirSync(bin);
  symlinkSync(shell, join(bin, 'sh'));
  if (name === 'busybox') {
    for (const applet of execFileSync(shell, ['--list'], { encoding: 'utf8' }).split('\n')) {
      if (applet !== '' && applet !== 'sh') symlinkSync(shell, join(bin, applet));
    }
  }
  const path = name === 'busybox' ? bin : `${bin}:/usr/local/bin:/usr/bin:/bin`;
  let before: ReadonlySet<string> = new Set();
  return {
    name,
    env: { PATH: path, HOME: base, TMPDIR: base, USER: 'tester', MARK: 'of the login' },
    look: () => {
      before = new Set(sessionFolders());
    },
    leftovers: async (within) => {
      const end = Date.now() + within;
      let left = sessionFolders().filter((folder) => !before.has(folder) && isOf(base, folder));
      while (left.length > 0 && Date.now() < end) {
        await sleep(25);
        left = left.filter((folder) => existsSync(folder) && isOf(base, folder));
      }
      return left;
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

function sessionFolders(): string[] {
  return ['/dev/shm', '/tmp', tmpdir()]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((entry) => /^mama-play-.*\.\d+\.[0-9a-f]{32}$/.test(entry))
        .map((entry) => join(folder, entry)),
    );
}

/**
 * Others use this machine too: theirs are the folders of living processes with another home. Whose the folder of a dead
 * one was can't be told; somebody is about to remove it.
 */
function isOf(home: string, folder: string): boolean {
  const pid = /\.(\d+)\.[0-9a-f]+$/.exec(folder)?.[1];
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`HOME=${home}`);
  } catch {
    return true;
  }
}
