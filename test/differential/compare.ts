import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export const HOSTS = ['a', 'b', 'c'];

const COUNTS = ['ok', 'changed', 'unreachable', 'failed', 'skipped', 'rescued', 'ignored'] as const;

type Counts = Record<(typeof COUNTS)[number], number>;

/** host → counts; a host that nothing happened on is left out, as Ansible leaves it out. */
type Recap = Record<string, Counts>;

export function countsOfAnsible(out: string): Recap {
  const recap: Recap = {};
  const lines = /PLAY RECAP \*+\n([\s\S]*)/.exec(out)?.[1] ?? '';
  for (const [, host, counts] of lines.matchAll(/^(\S+)\s+: (ok=.*)$/gm)) {
    const numbers = new Map([...counts!.matchAll(/(\w+)=(\d+)/g)].map(([, key, n]) => [key, Number(n)]));
    recap[host!] = pick((key) => numbers.get(key) ?? 0);
  }
  return busy(recap);
}

export function countsOfOurs(out: string): Recap {
  const events = out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const hosts: Record<string, Record<string, number>> = events.find(({ event }) => event === 'recap')
    ?.hosts ?? {};
  return busy(
    Object.fromEntries(
      Object.entries(hosts).map(([host, counts]) => [host, pick((key) => counts[key] ?? 0)]),
    ),
  );
}

function pick(of: (key: string) => number): Counts {
  return Object.fromEntries(COUNTS.map((key) => [key, of(key)])) as Counts;
}

function busy(recap: Recap): Recap {
  const entries = Object.entries(recap).filter(([, counts]) => Object.values(counts).some((n) => n > 0));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What stands below `h` of a project, and in its `log`: path → mode and content. */
export function treeOf(dir: string): Record<string, string> {
  const tree: Record<string, string> = {};
  const visit = (path: string) => {
    const full = join(dir, path);
    const stat = lstatSync(full, { throwIfNoEntry: false });
    if (!stat) return;
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) tree[path] = `-> ${readlinkSync(full).replaceAll(dir, 'DIR')}`;
    else if (stat.isDirectory()) {
      tree[`${path}/`] = mode;
      for (const name of readdirSync(full)) visit(join(path, name));
    } else tree[path] = `${mode} ${readFileSync(full, 'utf8').replaceAll(dir, 'DIR')}`;
  };
  visit('h');
  visit('log');
  return tree;
}
