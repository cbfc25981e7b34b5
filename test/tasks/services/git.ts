import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Ground, placeOf, type Running } from '../harness.ts';

let tools: string | undefined;

/** git for shells that see busybox's tools only. Submodules may come from local directories. */
export function withGit(): Running {
  if (!tools) {
    const dir = mkdtempSync(join(tmpdir(), 'mama-play-git-'));
    symlinkSync(placeOf('git') ?? '/usr/bin/git', join(dir, 'git'));
    execFileSync('chmod', ['755', dir]);
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
    tools = dir;
  }
  const env = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'protocol.file.allow',
    GIT_CONFIG_VALUE_0: 'always',
  };
  return { tools: [tools], env };
}

/** Runs git in a directory of the host; gives what it printed. */
export function git(dir: string, ...words: string[]): string {
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...who, '-C', dir, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** A repository at `path` of the host's directory (made if it is not there) with a further commit; gives its name. */
export function commit(ground: Ground, path: string, files: Readonly<Record<string, string>>): string {
  const dir = ground.at(path);
  if (!existsSync(dir)) {
    mkdirSync(dir, { recursive: true });
    git(dir, 'init', '-q', '-b', 'main');
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '--allow-empty', '-m', Object.keys(files).join(' ') || 'nothing');
  return git(dir, 'rev-parse', 'HEAD');
}
