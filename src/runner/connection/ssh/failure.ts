import type { Trouble } from '../../contract/exchange.ts';
import { trouble } from '../trouble.ts';
import type { Settings } from './settings.ts';

/** An error as node's sockets and ssh2 raise it. */
export interface RawError extends Error {
  readonly code?: string | number;
  readonly level?: string;
}

/** What became of the attempt when the error came: how far it got. */
export type Stage = 'connecting' | 'connected' | 'authenticating';

/** True if another try may help: sshd drops connections unheard while many are not yet authenticated (MaxStartups). */
export function droppedUnheard(error: RawError, stage: Stage): boolean {
  if (stage !== 'connected') return false;
  return error.level === 'protocol' || error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

/** One clear line for an attempt to connect that failed for a reason of the net or of the protocol. */
export function failure(
  name: string,
  settings: Settings,
  error: RawError,
  stage: Stage,
  seconds: number,
): Trouble {
  const where = `${settings.hostName}:${settings.port}`;
  const at = settings.hostName === name ? `${name} (port ${settings.port})` : `${name} (${where})`;
  const say = (what: string, hint: string): Trouble => trouble('unreachable', `${at} ${what}`, hint);

  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') {
    return trouble(
      'unreachable',
      `the name ${settings.hostName} can't be resolved`,
      `correct ansible_host of ${name}, or the DNS`,
    );
  }
  if (error.code === 'ECONNREFUSED')
    return say('refused the connection', 'is sshd running there, and is this its port?');
  if (error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH' || error.code === 'EHOSTDOWN') {
    return trouble(
      'unreachable',
      `${at}: there is no route to it`,
      'check the address and the network (VPN?)',
    );
  }
  if (error.code === 'ETIMEDOUT' || (error.level === 'client-timeout' && stage === 'connecting')) {
    return say(
      `did not answer within ${seconds} s`,
      'is it up, and does a firewall let port 22 through? --timeout waits longer'.replace(
        '22',
        String(settings.port),
      ),
    );
  }
  if (error.level === 'client-timeout') {
    return say(
      `took the connection but did not finish the SSH handshake within ${seconds} s`,
      'is it overloaded, or is this not the port of sshd?',
    );
  }
  if (droppedUnheard(error, stage)) {
    return say(
      'closed the connection before saying anything',
      'its sshd may be overloaded (MaxStartups), or refuse this address',
    );
  }
  if (/no matching/.test(error.message)) {
    return say(
      `and this connection know no algorithm in common: ${error.message}`,
      'the system client may know more: set ansible_connection: openssh',
    );
  }
  return say(
    `could not be connected to: ${error.message}`,
    `try: ssh -v -p ${settings.port} ${settings.user}@${settings.hostName}`,
  );
}
