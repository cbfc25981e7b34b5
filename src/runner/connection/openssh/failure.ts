import type { Target, Trouble } from '../../contract/exchange.ts';
import { trouble } from '../trouble.ts';

const UNHEARD = /(kex|ssh)_exchange_identification/;

/** What the client's words mean. It has no translations, and for most troubles no other way to tell them apart. */
const MEANINGS: readonly (readonly [
  RegExp,
  (target: Target, match: RegExpExecArray) => readonly [string, string],
])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED[\s\S]*?(SHA256:\S+)[\s\S]*?Offending \S+ key in (\S+)/,
    (t, m) => [
      `the host key of ${t.name} is not the one in ${m[2]}: it now shows ${m[1]?.replace(/\.$/, '')}. Somebody may be listening in, or the host was installed anew`,
      `only if you know why it changed: ssh-keygen -R '${nameOf(t)}' -f ${m[2]?.replace(/:\d+$/, '')}`,
    ],
  ],
  [
    /No (\S+) host key is known for (\S+)/,
    (t, m) => [
      `the host key of ${t.name} (${m[2]}, ${m[1]}) is not known`,
      `take it with ssh-keyscan, and compare its fingerprint with the host's own`,
    ],
  ],
  [
    /Host key verification failed/,
    (t) => [
      `the host key of ${t.name} was not accepted`,
      `if it is not known yet, look at it with: ${commandTo(t)}`,
    ],
  ],
  [
    /Could not resolve hostname (\S+?):/,
    (t, m) => [`the name ${m[1]} can't be resolved`, `correct ansible_host of ${t.name}, or the DNS`],
  ],
  [
    /Connection refused/,
    (t) => [`${t.name} refused the connection`, 'is sshd running there, and is this its port?'],
  ],
  [
    /timed out/,
    (t) => [
      `${t.name} did not answer within ${t.connectTimeout} s`,
      'is it up, and does a firewall let it through? --timeout waits longer',
    ],
  ],
  [
    /No route to host|Network is unreachable/,
    (t) => [`${t.name}: there is no route to it`, 'check the address and the network (VPN?)'],
  ],
  [
    /(\S+): Permission denied \(([^)]*)\)/,
    (t, m) => [
      `${t.name} refused to let ${m[1]} in (it accepts ${m[2]})`,
      'is the key in the agent or named, and its public half in authorized_keys there?',
    ],
  ],
  [
    /Too many authentication failures/,
    (t) => [
      `${t.name} hung up before the right key came: it hears only so many (MaxAuthTries)`,
      'offer it no others: IdentityFile and IdentitiesOnly yes in ~/.ssh/config, or -o IdentitiesOnly=yes in ansible_ssh_common_args',
    ],
  ],
  [
    /Received disconnect from \S+(?: port \d+)?:\d+: (.+)/,
    (t, m) => [`${t.name} hung up: ${m[1]?.trim()}`, `try: ${commandTo(t)} -v`],
  ],
  [
    UNHEARD,
    (t) => [
      `${t.name} closed the connection before saying anything`,
      'its sshd may be overloaded (MaxStartups), or refuse this address',
    ],
  ],
  [
    /Bad configuration option|terminating, \d+ bad configuration/,
    (t) => [`the ssh configuration for ${t.name} can't be read`, 'correct ~/.ssh/config'],
  ],
];

/** What an exit status 255 of the client means, before the shell was ready. */
export function clientTrouble(target: Target, stderr: string): Trouble {
  for (const [pattern, meaning] of MEANINGS) {
    const match = pattern.exec(stderr);
    if (!match) continue;
    const [message, hint] = meaning(target, match);
    return trouble('unreachable', message, hint);
  }
  const words = stderr.trim().split('\n').at(-1) ?? '';
  return trouble(
    'unreachable',
    `${target.name} could not be connected to: ${words || 'ssh ended without a word'}`,
    `try: ${commandTo(target)} -v`,
  );
}

/** What a person types to get there in the same way. */
function commandTo({ address, port, user, knownHostsFile }: Target): string {
  const known = knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${knownHostsFile}`];
  const place = [...(port === undefined ? [] : ['-p', port]), ...known];
  return ['ssh', ...place, user === undefined ? address : `${user}@${address}`].join(' ');
}

function nameOf(target: Target): string {
  return target.port === undefined || target.port === 22
    ? target.address
    : `[${target.address}]:${target.port}`;
}

/**
 * True if another try may help: sshd drops connections unheard while many are not yet authenticated (MaxStartups). A jump
 * host that refuses looks the same from behind it, but says why.
 */
export function droppedUnheard(stderr: string): boolean {
  return MEANINGS.find(([pattern]) => pattern.test(stderr))?.[0] === UNHEARD;
}
