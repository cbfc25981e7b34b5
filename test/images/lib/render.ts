import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Json } from '../../../src/runner/contract/json.ts';
import { mamaPlay } from '../../e2e/lib/play.ts';
import { ROOT } from './images.ts';

export interface Rendering {
  /** A file, or a directory with `/` at its end, below the project's root. */
  readonly src: string;
  /** Below the folder that is made. */
  readonly dest: string;
  readonly vars?: Readonly<Record<string, Json>>;
}

const made: string[] = [];

after('what was rendered for the tests of the images', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Renders templates with mama-play itself, on this machine, into a new folder; returns the folder. */
export async function render(
  vars: Readonly<Record<string, Json>>,
  renderings: readonly Rendering[],
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mamatest-rendered-'));
  made.push(folder);
  mkdirSync(join(folder, 'roles'));
  const out = join(folder, 'out');
  mkdirSync(out);
  const tasks = renderings.map((one) => ({
    template: { src: join(ROOT, one.src) + (one.src.endsWith('/') ? '/' : ''), dest: join(out, one.dest) },
    vars: one.vars ?? {},
  }));
  writeFileSync(join(folder, 'play.yaml'), JSON.stringify([{ name: 'render', hosts: 'all', vars, tasks }]));
  const host = { ansible_connection: 'local' };
  writeFileSync(join(folder, 'hosts.yaml'), JSON.stringify({ all: { hosts: { here: host } } }));
  const ran = await mamaPlay([join(folder, 'play.yaml'), '-i', join(folder, 'hosts.yaml')]);
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  return out;
}

/** Every file below a folder: its path there, and its text. */
export function filesBelow(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (statSync(path).isFile()) found.set(relative(folder, path), readFileSync(path, 'utf8'));
  }
  return found;
}
