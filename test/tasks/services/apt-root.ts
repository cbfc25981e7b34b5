import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground, Running } from '../harness.ts';

/** A package to build: control fields beyond the obligatory ones. */
export type Packages = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** apt and dpkg on a root and a repository of the test's own, below the host's directory. */
export interface AptRoot {
  readonly ground: Ground;
  /** The repository offers exactly these (`name_version`), once its lists are fetched. */
  offer(names: readonly string[]): void;
  /** As if the lists had been fetched that many seconds ago. */
  age(seconds: number): void;
  /** Runs apt-get. */
  apt(...words: string[]): void;
  /** Installed packages: `name version`. */
  installed(): string[];
}

/** Packages are built once: `name_version` → fields. */
export function buildPackages(dir: string, packages: Packages): void {
  for (const [id, fields] of Object.entries(packages)) {
    const [name = '', version = ''] = id.split('_');
    const tree = join(dir, 'tree');
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    const all = {
      Package: name,
      Version: version,
      Architecture: 'all',
      Maintainer: 'T <t@example.org>',
      Description: name,
      ...fields,
    };
    const control = Object.entries(all)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join('');
    writeFileSync(join(tree, 'DEBIAN/control'), control);
    const done = spawnSync('dpkg-deb', ['-b', tree, join(dir, `${id}.deb`)]);
    assert.equal(done.status, 0, `these tests need dpkg and apt: ${done.error ?? done.stderr}`);
    rmSync(tree, { recursive: true });
    const deb = readFileSync(join(dir, `${id}.deb`));
    const hash = createHash('sha256').update(deb).digest('hex');
    writeFileSync(
      join(dir, `${id}.entry`),
      `${control}Filename: ./${id}.deb\nSize: ${deb.length}\nSHA256: ${hash}\n\n`,
    );
  }
}

const TOOLS = ['apt-get', 'apt-config', 'dpkg-query'];

/** `repository` is where `buildPackages` put them. */
export function makeAptRoot(bare: Ground, repository: string): AptRoot {
  const at = bare.at;
  for (const dir of [
    'dpkg/info',
    'dpkg/updates',
    'dpkg/triggers',
    'root',
    'etc/apt/sources.list.d',
    'etc/apt/preferences.d',
    'lists/partial',
    'cache/archives/partial',
    'log',
    'repo',
  ]) {
    mkdirSync(at(dir), { recursive: true });
  }
  for (const file of ['dpkg/status', 'dpkg/available']) writeFileSync(at(file), '');
  writeFileSync(at('etc/apt/sources.list'), `deb [trusted=yes] copy:${at('repo')} ./\n`);
  writeFileSync(at('apt.conf'), configuration(at('.')));
  bare.lay(
    Object.fromEntries(
      TOOLS.map((tool) => [
        `bin/${tool}`,
        { content: `#!/bin/sh\nPATH=/usr/sbin:/usr/bin:/sbin:/bin exec ${tool} "$@"\n`, mode: 0o755 },
      ]),
    ),
  );
  const env = { APT_CONFIG: at('apt.conf'), DPKG_ADMINDIR: at('dpkg'), LC_ALL: 'C' };
  const run = (command: string, words: string[]): string => {
    const done = spawnSync(command, words, { env: { ...process.env, ...env } });
    assert.equal(done.status, 0, String(done.stderr));
    return String(done.stdout);
  };
  const running: Running = { env, tools: [at('bin')] };
  age(3600 * 24);
  function age(seconds: number): void {
    const then = Date.now() / 1000 - seconds;
    utimesSync(at('etc/apt/sources.list'), then - 10, then - 10);
    utimesSync(at('etc/apt/sources.list.d'), then - 10, then - 10);
    utimesSync(at('lists'), then, then);
  }
  return {
    ground: { ...bare, run: (script, more) => bare.run(script, { ...running, ...more }) },
    age,
    offer(names) {
      const entries = names.map((id) => readFileSync(join(repository, `${id}.entry`), 'utf8'));
      for (const id of names)
        writeFileSync(at(`repo/${id}.deb`), readFileSync(join(repository, `${id}.deb`)));
      writeFileSync(at('repo/Packages'), entries.join(''));
    },
    apt: (...words) => void run('apt-get', ['-qq', '-y', ...words]),
    installed: () =>
      run('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package} ${Version}\\n'])
        .split('\n')
        .filter((line) => line.startsWith('installed '))
        .map((line) => line.slice('installed '.length))
        .sort(),
  };
}

function configuration(dir: string): string {
  return `Dir "${dir}";
Dir::State "${dir}";
Dir::State::lists "${dir}/lists";
Dir::State::status "${dir}/dpkg/status";
Dir::Cache "${dir}/cache";
Dir::Etc "${dir}/etc/apt";
Dir::Log "${dir}/log";
Dir::Bin::dpkg "/usr/bin/dpkg";
DPkg::Options { "--root=${dir}/root"; "--admindir=${dir}/dpkg"; "--force-not-root"; "--force-bad-path"; };
APT::Sandbox::User "";
`;
}
