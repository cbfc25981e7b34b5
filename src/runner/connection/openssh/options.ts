import type { Target } from '../../contract/exchange.ts';
import { type ConnectOptions, keepaliveOf } from '../connect.ts';
import { namedConfig } from '../home.ts';
import { runLocally } from '../local-command.ts';

/** The words before the host. ssh takes the first value that it is given for an option, so ours stand. */
export function clientArgs(
  target: Target,
  role: 'master' | 'guest',
  socket: string,
  options: ConnectOptions,
): string[] {
  const { interval, count } = keepaliveOf(target, options);
  return [
    '-T',
    '-o',
    'BatchMode=yes',
    '-o',
    `ControlMaster=${role === 'master' ? 'yes' : 'no'}`,
    '-o',
    `ControlPath=${controlPath(socket)}`,
    '-o',
    'ControlPersist=no',
    '-o',
    `ConnectTimeout=${target.connectTimeout}`,
    '-o',
    `ServerAliveInterval=${Math.ceil(interval / 1000)}`,
    '-o',
    `ServerAliveCountMax=${count}`,
    '-o',
    'RequestTTY=no',
    ...hostArgs(target, options.env),
  ];
}

/** A path in which nothing is expanded. */
export function controlPath(socket: string): string {
  return socket.replaceAll('%', '%%');
}

/** Who the configuration says that one is there; null: it can't be asked. */
export async function loginUser(target: Target, env: ConnectOptions['env']): Promise<string | null> {
  if (target.user !== undefined) return target.user;
  const { code, out } = await runLocally('ssh', ['-G', ...hostArgs(target, env), '--', target.address]);
  if (code !== 0) return null;
  return /^user (.+)$/m.exec(out)?.[1] ?? null;
}

function hostArgs(target: Target, env: ConnectOptions['env']): string[] {
  const args: string[] = [];
  const config = target.sshConfigFile ?? namedConfig(env);
  if (config) args.push('-F', config);
  if (target.port !== undefined) args.push('-p', String(target.port));
  if (target.user !== undefined) args.push('-l', target.user);
  if (target.privateKeyFile) args.push('-i', target.privateKeyFile);
  if (target.proxyJump) args.push('-J', target.proxyJump);
  if (target.knownHostsFile) args.push('-o', `UserKnownHostsFile=${target.knownHostsFile}`);
  return [...args, ...(target.sshArgs ?? [])];
}
