import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { agree, ensurePackages, PACKAGES, type Permission } from './packages.ts';
import { must, run, Stop } from './run.ts';

const LOG = '/var/log/mama-play-dockerd.log';

/** Makes sure that a Docker engine answers on this machine, installing and starting Debian's where we may. */
export async function ensureEngine(allowed: Permission): Promise<void> {
  const asked = await answers();
  if (asked.ok) return;
  const elsewhere = process.env['DOCKER_HOST'];
  if (elsewhere) throw new Stop(`No Docker engine answers at DOCKER_HOST=${elsewhere}: ${asked.said}`);
  if (process.getuid?.() !== 0) {
    throw new Stop(
      `No Docker engine answers: ${asked.said}\n` +
        'The test hosts are Docker containers. Start Docker, or install it (Debian: sudo apt-get install docker.io)\n' +
        'and let your user use it (sudo usermod -aG docker "$USER", then log in again), or run this as root.',
    );
  }
  await ensurePackages(PACKAGES.engine, allowed);
  await agree('The Docker engine of this machine will be started.', allowed);
  await start();
}

async function start(): Promise<void> {
  if (existsSync('/run/systemd/system')) await must('systemctl', ['start', 'docker']);
  else startByHand();
  for (let waited = 0; waited < 60; waited += 1) {
    if ((await answers()).ok) return;
    await sleep(500);
  }
  const log = (await run('tail', ['-n', '15', LOG])).stdout;
  throw new Stop(`The Docker engine was started and does not answer. The end of ${LOG}:\n${log}`);
}

/** In a session of its own, so that it outlives us. */
function startByHand(): void {
  const log = openSync(LOG, 'a', 0o600);
  spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] })
    .on('error', () => undefined)
    .unref();
}

async function answers(): Promise<{ ok: boolean; said: string }> {
  const { code, stdout, stderr } = await run('docker', ['version', '--format', '{{.Server.Version}}'], {
    timeout: 20_000,
  });
  if (code === 127) return { ok: false, said: 'there is no `docker` command' };
  return { ok: code === 0 && stdout.trim() !== '', said: stderr.trim().split('\n')[0] ?? '' };
}
