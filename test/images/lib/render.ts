import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Json } from '../../../src/runner/contract/json.ts';
import { source } from '../../../src/runner/language/source.ts';
import { compileText } from '../../../src/runner/language/text-template.ts';
import { allShown, scopeOf, shown } from '../../language/values-support.ts';
import { ROOT } from './images.ts';

export interface Rendering {
  /** A template, or a directory of them with `/` at its end, below the project's root. */
  readonly src: string;
  /** Below the folder that is made; a directory's files lose their `.hbs`. */
  readonly dest: string;
  readonly vars?: Readonly<Record<string, Json>>;
}

const made: string[] = [];

// One worker of mocha runs several files that render; a hook would belong to the first of them alone.
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Renders templates into a new folder, as the task type `template` would; returns the folder. */
export function render(vars: Readonly<Record<string, Json>>, renderings: readonly Rendering[]): string {
  const out = mkdtempSync(join(tmpdir(), 'mamatest-rendered-'));
  made.push(out);
  for (const { src, dest, vars: more } of renderings) {
    const scope = { ...vars, ...more };
    if (!src.endsWith('/')) {
      put(join(out, dest), rendered(src, scope));
      continue;
    }
    for (const name of filesBelow(join(ROOT, src)).keys())
      put(join(out, dest, name.replace(/\.hbs$/, '')), rendered(src + name, scope));
  }
  return out;
}

function rendered(path: string, vars: Readonly<Record<string, Json>>): string {
  const { value, diagnostics } = compileText(source(path, readFileSync(join(ROOT, path), 'utf8')));
  assert.ok(value, allShown(diagnostics));
  const result = value.render(scopeOf(vars));
  if (result.kind === 'value') return result.value;
  return assert.fail(result.kind === 'fault' ? shown(result.diagnostic) : `${path} is unknown`);
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
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
