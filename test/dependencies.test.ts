import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));

describe('the dependencies', () => {
  const locked = Object.entries<Locked>(read('package-lock.json').packages).filter(([path]) => path !== '');
  const atRunTime = locked.filter(([, { dev, devOptional }]) => !dev && !devOptional);

  it('at run time are at most 45 packages, those of packages and optional ones counted', () => {
    const names = atRunTime.map(([path]) => path.replace(/^node_modules\//, ''));
    assert.ok(names.includes('yaml') && !names.includes('mocha'), 'the lockfile is not understood');
    assert.ok(names.length <= 45, `${names.length}: ${names.join(' ')}`);
  });

  it('are pinned, and locked at the version that is asked for', () => {
    const { dependencies, devDependencies } = read('package.json');
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
      assert.equal(locked.find(([path]) => path === `node_modules/${name}`)?.[1].version, version, name);
    }
  });

  it('are locked for every platform: what a package may bring along is there', () => {
    const names = new Set(locked.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const optional = locked.flatMap(([, one]) => Object.keys(one.optionalDependencies ?? {}));
    assert.ok(optional.length > 0);
    assert.deepEqual(
      optional.filter((name) => !names.has(name)),
      [],
    );
  });
});
