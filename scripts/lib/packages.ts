import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { must, run, Stop } from './run.ts';

/** Debian packages, by what needs them. The one list: `npm test`, `npm run hosts`, `npm run bench` and `.ci/run` take it from here. */
export const PACKAGES = {
  engine: ['docker.io', 'iptables'],
  base: ['debootstrap'],
  hosts: ['openssh-client'],
  tests: [
    // Its ansible-vault, which ours must understand and be understood by.
    'ansible-core',
    // Looks at the pages of --report.
    'chromium',
    'git',
    'libxml2-utils',
    'openssl',
    'openssh-client',
    'openssh-server',
    'sudo',
    'busybox',
    'dash',
    'rsync',
    'acl',
    'attr',
    'tmux',
    'supervisor',
    'postgresql',
    'curl',
    'wget',
    'procps',
    'cron',
    'bzip2',
    'xz-utils',
    'zstd',
    'unzip',
    'zip',
    'docker-compose',
  ],
  bench: ['ansible', 'ansible-mitogen', 'openssh-client', 'openssh-server', 'rsync', 'time'],
} as const;

/** Another apt or dpkg at work is waited for. */
const PATIENT = ['-o', 'DPkg::Lock::Timeout=600'];

export interface Permission {
  /** Go on without asking: `--yes`, or a CI machine. */
  readonly yes: boolean;
}

/** Reads it from the arguments and the environment. */
export function permission(argv: readonly string[]): Permission {
  return { yes: argv.includes('--yes') || !!process.env['CI'] };
}

/**
 * Makes sure that these Debian packages are on this machine. What is missing is listed and asked for on a terminal;
 * with permission it goes on. No service is started by installing. Stops with a message where it can't be done.
 */
export async function ensurePackages(wanted: readonly string[], allowed: Permission): Promise<void> {
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (!isDebian())
    throw new Stop(`This machine is not Debian or Ubuntu. Install what corresponds to: ${list}`);
  if (process.getuid?.() !== 0)
    throw new Stop(`Missing Debian packages. Run:\n  sudo apt-get install ${list}`);
  await agree(`These Debian packages will be installed on this machine: ${list}`, allowed);
  await withoutServices(async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };
    const apt = (...words: string[]) => must('apt-get', [...PATIENT, '-q', ...words], { env });
    await apt('update');
    await apt('install', '-y', '--no-install-recommends', ...missing);
  });
}

async function missingPackages(wanted: readonly string[]): Promise<string[]> {
  const { code, stdout } = await run('dpkg-query', [
    '-W',
    '-f',
    '${Package} ${db:Status-Status}\\n',
    ...wanted,
  ]);
  if (code === 127) return [...wanted];
  const there = new Set(
    stdout
      .split('\n')
      .filter((l) => l.endsWith(' installed'))
      .map((l) => l.split(' ')[0]),
  );
  return wanted.filter((name) => !there.has(name));
}

function isDebian(): boolean {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/** Asks on a terminal; without one, and without permission, stops and says how to give it. */
export async function agree(what: string, allowed: Permission): Promise<void> {
  console.log(what);
  if (allowed.yes) return;
  if (!process.stdin.isTTY) throw new Stop('Nobody to ask. Run again with `-- --yes` (or CI=true) to agree.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Go on? [y/N] ');
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Stop('Nothing was installed.');
}

/** Debian starts a service when its package is installed, unless policy-rc.d forbids it (Debian Policy, 9.3.3.1). */
async function withoutServices(body: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return body();
  const ours = '#!/bin/sh\nexit 101\n';
  await writeFile(policy, ours, { mode: 0o755 });
  try {
    await body();
  } finally {
    if (readFileSync(policy, 'utf8') === ours) await must('rm', ['-f', policy]);
  }
}
