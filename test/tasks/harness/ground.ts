import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reply } from '../../../src/runner/contract/exchange.ts';
import type { Script } from '../../../src/runner/contract/script.ts';
import type { Local } from '../../../src/runner/contract/task-type.ts';
import { fakeLocal, lay, type Source, type Sources } from './local.ts';
import { type Running, runScript, type Shell } from './shells.ts';

/** One trial's world: a directory that stands for the host, a controller's project, and a shell to talk to. */
export interface Ground {
  readonly shell: Shell;
  /** The host's directory: the trial's paths go below it. */
  readonly dir: string;
  /** Where scripts run. Nothing may ever appear here. */
  readonly cwd: string;
  readonly local: Local;
  /** How scripts run here, unless a call says otherwise. */
  readonly running: Running;
  run(script: Script, running?: Running): Reply;
  /** Makes files, directories and links in the host's directory. */
  lay(sources: Readonly<Record<string, Source>>): void;
  /** A path in the host's directory. */
  at(path: string): string;
  /** The text of a file in the host's directory. */
  text(path: string): string;
  remove(): void;
}

export function makeGround(shell: Shell, sources: Sources = {}, running: Running = {}): Ground {
  const root = mkdtempSync(join(tmpdir(), 'mama-play-ground-'));
  chmodSync(root, 0o755);
  roots.add(root);
  const dir = join(root, 'host');
  const cwd = join(root, 'cwd');
  for (const path of [dir, cwd, join(root, 'project')]) mkdirSync(path, { mode: 0o755 });
  return {
    shell,
    dir,
    cwd,
    running,
    local: fakeLocal(join(root, 'project'), sources),
    run: (script, more = {}) => runScript(shell, script, { cwd, ...running, ...more }),
    lay: (files) => lay(dir, files),
    at: (path) => join(dir, path),
    text: (path) => readFileSync(join(dir, path), 'utf8'),
    remove: () => remove(root),
  };
}

/** Those that are still there. What a test leaves goes with the process. */
const roots = new Set<string>();
process.once('exit', () => roots.forEach(remove));

function remove(root: string): void {
  rmSync(root, { recursive: true, force: true });
  roots.delete(root);
}

/**
 * Every path below `dir` (and `.` itself) with all that could be changed on it: kind, mode, owner, size, time of
 * change, content or target. Two equal maps mean an untouched tree.
 */
export function treeState(dir: string): ReadonlyMap<string, string> {
  const seen = new Map<string, string>();
  const visit = (path: Buffer, name: string): void => {
    const stat = lstatSync(path);
    const kind = kindOf(stat);
    const content = kind === 'link' ? readlinkSync(path) : kind === 'file' ? sha256(readFileSync(path)) : '';
    const mode = (stat.mode & 0o7777).toString(8);
    const about = [kind, mode, stat.uid, stat.gid, stat.ino, stat.mtimeMs, stat.ctimeMs, content];
    seen.set(name || '.', about.join(' '));
    if (kind !== 'directory') return;
    for (const entry of readdirSync(path, { encoding: 'buffer' })) {
      visit(Buffer.concat([path, Buffer.from('/'), entry]), name ? `${name}/${entry}` : `${entry}`);
    }
  };
  visit(Buffer.from(dir), '');
  return seen;
}

function kindOf(stat: Stats): string {
  if (stat.isSymbolicLink()) return 'link';
  return stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'other';
}

/** The paths that differ between two states of a tree, relative to it. */
export function changedPaths(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
