import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, Stop } from '../../scripts/lib/run.ts';
import type { Measured } from '../lib/measure.ts';
import { TASKS } from '../lib/work.ts';
import { writeInventory } from './inventory.ts';
import { changesDue, mustHaveEnded, type Peer, type Site, type Work } from './peer.ts';

/**
 * Debian's Ansible as its manual tells to tune it: pipelining, one kept connection per host, 50 hosts side by side, no
 * facts, a fixed interpreter. Linear and free strategy were measured; see docs/performance.md.
 */
export const ansible = peer('ansible', 'Ansible, tuned', 'linear');

/** The same with Debian's Mitogen for Ansible, which keeps one Python per host instead of starting one per task. */
export const mitogen = peer('mitogen', 'Ansible with Mitogen', 'mitogen_linear');

function peer(name: 'ansible' | 'mitogen', title: string, strategy: string): Peer {
  return {
    name,
    title,
    command(site, work) {
      const check = work === 'check' ? ['--check'] : [];
      return {
        argv: ['/usr/bin/ansible-playbook', 'playbook.yaml', '-i', writeInventory(site), ...check],
        cwd: join(site.ground.dir, 'project'),
        env: environment(site, strategy),
      };
    },
    async judge(site, work, ran) {
      const cpuAfter = await endMasters(socketsOf(site));
      mustHaveEnded(title, ran);
      mustRecap(title, site, work, ran);
      return { cpuAfter };
    },
  };
}

function environment(site: Site, strategy: string): Record<string, string> {
  const home = join(site.ground.dir, 'ansible-home');
  mkdirSync(socketsOf(site), { recursive: true, mode: 0o700 });
  return {
    ANSIBLE_HOME: home,
    ANSIBLE_LOCAL_TEMP: join(home, 'tmp'),
    ANSIBLE_REMOTE_TEMP: join(home, 'remote-tmp'),
    ANSIBLE_STRATEGY: strategy,
    ANSIBLE_PIPELINING: 'True',
    ANSIBLE_FORKS: '50',
    ANSIBLE_GATHERING: 'explicit',
    // Ten seconds to connect are too few where fifty hosts share the cores with it.
    ANSIBLE_TIMEOUT: '60',
    ANSIBLE_SSH_ARGS: '-C -o ControlMaster=auto -o ControlPersist=60s',
    ANSIBLE_SSH_CONTROL_PATH_DIR: socketsOf(site),
    ANSIBLE_NOCOLOR: 'True',
  };
}

/** Short: a socket's path may have 108 characters. */
function socketsOf({ ground }: Site): string {
  return join(ground.dir, 'cp');
}

function mustRecap(title: string, site: Site, work: Work, { stdout }: Measured): void {
  for (const { name } of site.places) {
    const line = stdout.split('\n').findLast((text) => new RegExp(`^${name}\\s+: ok=`).test(text));
    const figure = (word: string) => Number(new RegExp(`${word}=(\\d+)`).exec(line ?? '')?.[1] ?? Number.NaN);
    const well =
      figure('ok') + (work === 'first' ? 0 : figure('skipped')) === TASKS &&
      figure('changed') === changesDue(work, TASKS) &&
      figure('failed') === 0;
    if (!well) throw new Stop(`${title} reports of ${name}: ${line ?? stdout.slice(-2000)}`);
  }
}

/** Ends the kept connections, so that every run begins without one. Returns the CPU seconds that they had used. */
async function endMasters(dir: string): Promise<number> {
  if (!existsSync(dir)) return 0;
  let seconds = 0;
  for (const name of readdirSync(dir)) {
    const at = ['-o', `ControlPath=${join(dir, name)}`, 'any'];
    const { stderr } = await run('ssh', ['-O', 'check', ...at]);
    const pid = /pid=(\d+)/.exec(stderr)?.[1];
    if (pid) seconds += cpuOf(pid);
    await run('ssh', ['-O', 'exit', ...at]);
  }
  return seconds;
}

/** User and system seconds of a process: fields 14 and 15 of proc(5) stat, in clock ticks of 10 ms. */
function cpuOf(pid: string): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
