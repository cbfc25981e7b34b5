import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A supervisord of the test's own below `dir`, with its programs in `dir/conf.d`. */
export interface Supervisord {
  readonly conf: string;
  readonly programs: string;
  /** What supervisorctl prints. */
  ctl(...words: string[]): string;
  /** Ends the daemon and what it runs. */
  stop(): Promise<void>;
}

export async function startSupervisord(dir: string): Promise<Supervisord> {
  const programs = join(dir, 'conf.d');
  mkdirSync(programs, { recursive: true });
  const conf = join(dir, 'supervisord.conf');
  writeFileSync(conf, configuration(dir));
  const daemon = spawn('supervisord', ['-n', '-c', conf], { stdio: 'ignore', cwd: dir });
  daemon.once('error', () => {});
  const ctl = (...words: string[]): string => {
    const done = spawnSync('supervisorctl', ['-c', conf, ...words]);
    if (done.error) throw new Error('these tests need supervisord: apt-get install supervisor');
    return String(done.stdout);
  };
  for (let i = 0; !/^\d+$/m.test(ctl('pid')); i++) {
    assert.ok(i < 50 && daemon.exitCode === null, 'supervisord does not get ready');
    await sleep(100);
  }
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    daemon.kill('SIGTERM');
    await ended;
  };
  return { conf, programs, ctl, stop };
}

function configuration(dir: string): string {
  return `[unix_http_server]
file = ${dir}/s.sock
[supervisord]
logfile = ${dir}/supervisord.log
pidfile = ${dir}/supervisord.pid
childlogdir = ${dir}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl = unix://${dir}/s.sock
[include]
files = ${dir}/conf.d/*.conf
`;
}
