import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HolingProxy, startHolingProxy } from '../connection/lib/proxies.ts';
import { type Sshd, startSshd } from '../connection/lib/sshd.ts';
import { resetHost, TASKS, writeProject } from './kill-play.ts';
import { snapshot } from './run-here.ts';

/** `MAMA_KILLS=200` for the long run, which takes a quarter of an hour. */
const ROUNDS = Number(process.env['MAMA_KILLS'] ?? 30);
const SEED = Number(process.env['MAMA_KILL_SEED'] ?? Date.now() % 1_000_000);
const MAIN = join(import.meta.dirname, '../../dist/main.js');
const KINDS = ['runner', 'session', 'line'] as const;
type Kind = (typeof KINDS)[number];

/** One host, its sshd, the line to it, and a project that deploys to it. */
class Ground {
  readonly dir: string;
  readonly sshd: Sshd;
  readonly line: HolingProxy;
  readonly root: string;
  readonly state: string;

  private constructor(dir: string, sshd: Sshd, line: HolingProxy) {
    this.dir = dir;
    this.sshd = sshd;
    this.line = line;
    this.root = join(dir, 'host');
    this.state = join(dir, 'state');
  }

  static async open(): Promise<Ground> {
    const dir = mkdtempSync(join(tmpdir(), 'mama-kill-'));
    const sshd = await startSshd([`SetEnv MAMA_PLAY_STATE_DIR=${dir}/state`]);
    const line = await startHolingProxy(sshd.port);
    writeFileSync(join(dir, 'known_hosts'), `[127.0.0.1]:${line.port} ${sshd.hostKey}\n`);
    const ground = new Ground(dir, sshd, line);
    writeProject(join(dir, 'project'), ground.inventory());
    return ground;
  }

  private inventory(): string {
    const vars = {
      ansible_host: '127.0.0.1',
      ansible_port: this.line.port,
      ansible_user: 'root',
      ansible_ssh_private_key_file: this.sshd.key,
      ansible_ssh_common_args: '-o ServerAliveInterval=1 -o ServerAliveCountMax=1',
      mama_known_hosts: join(this.dir, 'known_hosts'),
      mama_ssh_config: 'none',
      root: this.root,
    };
    return `all:\n  hosts:\n    a: ${JSON.stringify(vars)}\n`;
  }

  start(): { readonly child: ChildProcess; readonly ended: Promise<{ code: number | null; said: string }> } {
    const child = spawn(process.execPath, [MAIN, 'play.yaml', '-i', 'inventory.yaml'], {
      cwd: join(this.dir, 'project'),
      env: { ...process.env, HOME: this.sshd.env['HOME'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    return { child, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, said }))) };
  }

  /** Processes that run for a session of ours on the host. */
  processes(): string[] {
    return readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MAMA_PLAY_STATE_DIR=${this.state}`);
      } catch {
        return false;
      }
    });
  }

  sessions(): number[] {
    const children = readFileSync(`/proc/${this.sshd.pid}/task/${this.sshd.pid}/children`, 'utf8');
    return children.trim().split(' ').filter(Boolean).map(Number);
  }

  async close(): Promise<void> {
    await this.line.close();
    await this.sshd.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Path → hash of every file; what is not a file is left out. */
function contents(root: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of snapshotNow(root)) {
    const [, path, hash] = /^(\S+) \d+ \S+ ([0-9a-f]{64})$/.exec(line) ?? [];
    if (path && hash) files.set(path, hash);
  }
  return files;
}

/** While somebody writes, what is listed may be gone before it is read. */
function snapshotNow(root: string): string[] {
  for (let i = 0; ; i++) {
    try {
      return snapshot(root);
    } catch (error) {
      if (i === 50 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

const isOurs = (path: string): boolean => path.split('/').some((part) => part.startsWith('.mama-play-'));

/** mulberry32: the same moments for the same seed. */
function randoms(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe(`@host a play of ${TASKS} tasks, cut at random (MAMA_KILL_SEED=${SEED})`, function () {
  this.timeout(1_500_000);
  const grounds: Ground[] = [];

  before(async () => {
    for (let i = 0; i < 3; i++) grounds.push(await Ground.open());
  });
  after(async () => {
    for (const ground of grounds) await ground.close();
  });

  it(`${ROUNDS} kills of the runner, the session and the line: files whole, nothing left, and the next run completes it`, async () => {
    const random = randoms(SEED);
    const plan = [...Array(ROUNDS).keys()].map((n) => ({ n, kind: KINDS[n % 3]!, at: random() }));
    const counts = { runner: 0, session: 0, line: 0 };
    await Promise.all(
      grounds.map(async (ground) => {
        const ideal = await undisturbed(ground);
        for (let one = plan.shift(); one; one = plan.shift()) {
          await round(ground, ideal, one).catch((error: Error) => {
            error.message = `round ${one!.n} (${one!.kind} at ${one!.at.toFixed(3)}): ${error.message}`;
            throw error;
          });
          counts[one.kind]++;
        }
      }),
    );
    assert.equal(counts.runner + counts.session + counts.line, ROUNDS);
  });

  interface Ideal {
    readonly before: ReadonlyMap<string, string>;
    readonly after: ReadonlyMap<string, string>;
    readonly end: readonly string[];
    /** Milliseconds from the start of the process to its end. */
    readonly ms: number;
  }

  async function undisturbed(ground: Ground): Promise<Ideal> {
    resetHost(ground.root);
    const before = contents(ground.root);
    const started = performance.now();
    const { code, said } = await ground.start().ended;
    const ms = performance.now() - started;
    assert.equal(code, 0, said);
    assert.match(said, new RegExp(`ok=${TASKS + 2} +changed=${TASKS + 2} `));
    return { before, after: contents(ground.root), end: snapshot(ground.root), ms };
  }

  async function round(
    ground: Ground,
    ideal: Ideal,
    { kind, at }: { kind: Kind; at: number },
  ): Promise<void> {
    resetHost(ground.root);
    const { child, ended } = ground.start();
    let isOver = false;
    void ended.then(() => (isOver = true));
    const watching = (async () => {
      while (!isOver) {
        allWhole(ground, ideal);
        await sleep(40);
      }
    })();
    // Not before the line can be there, and up to the end of the run.
    await sleep(ideal.ms * (0.25 + 0.75 * at));
    if (kind === 'runner') child.kill('SIGKILL');
    else if (kind === 'line') ground.line.hole();
    else for (const pid of ground.sessions()) kill(pid);
    const cut = performance.now();
    const left = kind === 'runner' ? ground.processes() : [];
    const { code, said } = await ended;
    await watching;
    allWhole(ground, ideal);
    // An answer may be lost before the run could learn of it: the run says so, and does not guess.
    if (kind !== 'runner') assert.ok(code === 0 || code === 2 || code === 4, `exit ${code}\n${said}`);

    // Its goodbye fell into the hole: the host learns of it when the line is there again, and holds the lease till then.
    if (kind === 'line' && !said.includes('calling again')) ground.line.fill();
    const next = await ground.start().ended;
    assert.equal(next.code, 0, `${said}\n--- next:\n${next.said}`);
    assert.deepEqual(snapshot(ground.root), ideal.end);
    await gone(() => left.filter((pid) => ground.processes().includes(pid)), cut + 10_000);
    await gone(() => ground.processes(), performance.now() + 10_000);
    ground.line.fill();
    assert.deepEqual(
      readdirSync(ground.state).filter((name) => name !== 'lease'),
      [],
    );
  }

  /** Every file is as it was, or as it is to be. */
  function allWhole(ground: Ground, { before, after }: Ideal): void {
    for (const [path, hash] of contents(ground.root)) {
      if (!isOurs(path))
        assert.ok(hash === before.get(path) || hash === after.get(path), `${path} is partly written`);
    }
  }
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function gone(who: () => readonly string[], until: number): Promise<void> {
  let left = who();
  while (left.length > 0 && performance.now() < until) {
    await sleep(100);
    left = who();
  }
  const shown = left.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 120);
    } catch {
      return pid;
    }
  });
  assert.deepEqual(shown, []);
}
