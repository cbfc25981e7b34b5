import { execFileSync, spawnSync } from 'node:child_process';
import { BASE, ensureBase } from '../../hosts/base.ts';
import { PREFIX } from '../docker/engine.ts';
import { type Ground, makeGround, shells } from '../harness.ts';

/** A Debian of its own in a container, without systemd, for what only a whole system can show. */
export interface Debian {
  readonly ground: Ground;
  /** Runs shell code inside, as root; gives what it printed. */
  inside(code: string, ...words: string[]): string;
  remove(): void;
}

export async function debianGround(shell: 'dash' | 'bash'): Promise<Debian> {
  await ensureBase({ yes: false });
  const name = `${PREFIX}-debian-${shell}`;
  const docker = (...words: string[]) => execFileSync('docker', words, { encoding: 'utf8' });
  docker('run', '-d', '--init', '--name', name, BASE, 'sleep', '600');
  const bare = makeGround(shells()[0]!);
  return {
    ground: {
      ...bare,
      run(script) {
        const done = spawnSync(
          'docker',
          ['exec', '-i', name, shell, '-c', `(eval "$1")`, shell, script.text],
          {
            input: script.input ?? '',
          },
        );
        return { kind: 'reply', code: done.status ?? 255, out: done.stdout, err: done.stderr };
      },
    },
    inside: (code, ...words) => docker('exec', name, 'sh', '-c', code, 'sh', ...words),
    remove() {
      bare.remove();
      docker('rm', '-f', name);
    },
  };
}
