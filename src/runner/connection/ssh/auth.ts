import { existsSync } from 'node:fs';
import type { AnyAuthMethod, BaseAgent, ParsedKey } from 'ssh2';
import type { Trouble } from '../../contract/exchange.ts';
import { trouble } from '../trouble.ts';
import type { AgentKeys, Keys, LoadedKey } from './keys.ts';
import { fingerprint } from './known-hosts.ts';
import type { Settings } from './settings.ts';

/** One thing to try, and its name for messages. */
export interface Attempt {
  readonly method: AnyAuthMethod;
  readonly label: string;
  /** It may be made before the server has said which algorithms it knows: all but RSA keys. */
  readonly hasty: boolean;
}

export interface Credentials {
  readonly attempts: readonly Attempt[];
  /** Keys that could not be tried, and why: said if all others were refused. */
  readonly useless: readonly string[];
  /** One of them is for the `openssh` connection. */
  readonly openssh: boolean;
}

/**
 * What to try, in order: named key files, the agent, the usual key files, the password. A locked key is asked for its
 * passphrase only where the agent doesn't hold it and it was named, or nothing else is left to try.
 */
export async function credentials(
  keys: Keys,
  settings: Settings,
  given: { readonly passphrase?: string | undefined; readonly password?: string | undefined },
): Promise<Credentials> {
  const agent = settings.agent ? await keys.agent(settings.agent) : null;
  const loaded = await Promise.all(
    settings.identityFiles.map(async (f) => ({ ...f, loaded: await keys.load(f.path) })),
  );
  const files: { explicit: boolean; loaded: LoadedKey }[] = [];
  for (const file of loaded) {
    const wanted =
      file.loaded.kind === 'locked' && file.explicit && !agentHolds(agent, file.loaded.publicKey);
    files.push({
      explicit: file.explicit,
      loaded: wanted ? await keys.unlock(file.path, given.passphrase) : file.loaded,
    });
  }
  const explicit = files.filter((f) => f.explicit).flatMap((f) => fileAttempt(f.loaded, settings.user));
  const usual = files.filter((f) => !f.explicit).flatMap((f) => fileAttempt(f.loaded, settings.user));
  const held = agent ? agentAttempt(agent, settings, files) : [];
  const attempts = [...explicit, ...held, ...usual, ...passwordAttempts(settings.user, given.password)];

  const locked = files.find((f) => !f.explicit && f.loaded.kind === 'locked');
  if (attempts.length === 0 && locked) {
    const unlocked = await keys.unlock(locked.loaded.file, given.passphrase);
    files.push({ explicit: true, loaded: unlocked });
    attempts.push(...fileAttempt(unlocked, settings.user));
  }
  const spoilt = files.flatMap((f) =>
    f.loaded.kind === 'useless' || (f.explicit && f.loaded.kind === 'missing') ? [f.loaded] : [],
  );
  const certificates = files
    .flatMap(({ loaded: { kind, file } }) => (kind === 'key' ? [`${file}-cert.pub`] : []))
    .filter((file) => existsSync(file));
  return {
    attempts,
    useless: [
      ...spoilt.map((k) => `${k.file}: ${k.kind === 'missing' ? 'there is no such file' : k.why}`),
      ...certificates.map((file) => `${file}: a certificate`),
    ],
    openssh: certificates.length > 0 || spoilt.some((k) => k.kind === 'useless' && k.openssh),
  };
}

/** Nothing to try at all. */
export function nothingToTry(name: string, settings: Settings, found: Credentials): Trouble {
  if (found.useless.length > 0) {
    return trouble(
      'unreachable',
      `no key to log in to ${name} with; ${found.useless.join('; ')}`,
      found.openssh ? OPENSSH : KEY_HINT,
    );
  }
  const places = settings.identityFiles.map((f) => f.path).join(', ');
  return trouble(
    'unreachable',
    `no key to log in to ${name} with: no ssh agent, and none of ${places}`,
    KEY_HINT,
  );
}

/** What was tried, and what the server said to it last. */
export interface Trial {
  readonly tried: string[];
  /** The methods with which one may go on; null: it did not say. */
  accepts: readonly string[] | null;
  /** The last one that was taken, where the server wants another besides. */
  taken: string | null;
}

/** The server ended it in the middle: it does not hear of more keys than so many. */
export function tooMany(name: string, { tried }: Trial): Trouble {
  const message = `${name} hung up before the right key came: it hears only so many (MaxAuthTries), and there were ${tried.join(', ')}`;
  return trouble(
    'unreachable',
    message,
    'name the right one, which then comes first: --private-key, ansible_ssh_private_key_file, or IdentityFile in ~/.ssh/config',
  );
}

/** Everything that was tried was refused. */
export function refused(name: string, settings: Settings, found: Credentials, trial: Trial): Trouble {
  const { tried, accepts, taken } = trial;
  const others = found.useless.length > 0 ? `; not tried: ${found.useless.join('; ')}` : '';
  const wanted = accepts?.join(', ');
  const other = accepts && !accepts.includes('publickey') ? otherHint(accepts, tried) : null;
  if (taken !== null) {
    const message = `${name} takes ${taken} of ${settings.user}, and wants ${wanted} besides${others}`;
    return trouble('unreachable', message, other ?? KEY_HINT);
  }
  const what = tried.length > 0 ? `tried ${tried.join(', ')}` : 'nothing was tried';
  const only = other === null ? '' : `; it accepts ${wanted} only`;
  const hint = found.openssh
    ? OPENSSH
    : (other ??
      `add the public key to ~${settings.user}/.ssh/authorized_keys on ${name}, or give another one with --private-key or -u another user`);
  return trouble('unreachable', `${name} refused to let ${settings.user} in: ${what}${only}${others}`, hint);
}

/** Where no key is accepted. */
function otherHint(accepts: readonly string[], tried: readonly string[]): string {
  const asks = accepts.includes('password') || accepts.includes('keyboard-interactive');
  if (!asks) return 'that needs the system client: set ansible_connection: openssh';
  return tried.some((label) => label.startsWith(PASSWORD))
    ? 'check the password of -k or ansible_password'
    : 'give the password with -k or ansible_password';
}

const PASSWORD = 'the password';
const KEY_HINT =
  'give one with --private-key or ansible_ssh_private_key_file, start an ssh agent, or use -k for a password';
const OPENSSH = 'FIDO keys and certificates need the system client: set ansible_connection: openssh';

/** The next attempt for ssh2: those whose method the server does not accept are passed over. */
export function attemptHandler(found: Credentials, trial: Trial) {
  const queue = [...found.attempts];
  return (methodsLeft: readonly string[] | null, partly: boolean | null): AnyAuthMethod | false => {
    trial.accepts = methodsLeft;
    if (partly) trial.taken = trial.tried.at(-1) ?? null;
    for (let next = queue.shift(); next; next = queue.shift()) {
      const method = next.method.type === 'agent' ? 'publickey' : next.method.type;
      if (methodsLeft && !methodsLeft.includes(method)) continue;
      trial.tried.push(next.label);
      return next.method;
    }
    return false;
  };
}

function fileAttempt(loaded: LoadedKey, username: string): Attempt[] {
  if (loaded.kind !== 'key') return [];
  const label = `${loaded.file} (${fingerprint(loaded.key.getPublicSSH())})`;
  return [
    { method: { type: 'publickey', username, key: loaded.key as never }, label, hasty: notRsa(loaded.key) },
  ];
}

function agentAttempt(
  agent: AgentKeys,
  settings: Settings,
  files: readonly { explicit: boolean; loaded: LoadedKey }[],
): Attempt[] {
  const own = files.flatMap((f) => (f.loaded.kind === 'key' ? [f.loaded.key.getPublicSSH()] : []));
  const locked = files.flatMap((f) =>
    f.loaded.kind === 'locked' && f.loaded.publicKey ? [f.loaded.publicKey] : [],
  );
  const isIn = (list: readonly Buffer[], key: ParsedKey): boolean =>
    list.some((k) => k.equals(key.getPublicSSH()));
  const fitting = agent.keys.filter(
    (key) => !isIn(own, key) && (!settings.identitiesOnly || isIn(locked, key)),
  );
  const keys = [
    ...fitting.filter((key) => isIn(locked, key)),
    ...fitting.filter((key) => !isIn(locked, key)),
  ];
  if (keys.length === 0) return [];
  const label = `${keys.length} key${keys.length > 1 ? 's' : ''} of the agent`;
  return [
    {
      method: { type: 'agent', username: settings.user, agent: limited(agent.agent, keys) },
      label,
      hasty: notRsa(keys[0]!),
    },
  ];
}

/** An agent that shows only these keys. */
function limited(agent: BaseAgent, keys: readonly ParsedKey[]): BaseAgent {
  return Object.assign(Object.create(agent) as BaseAgent, {
    getIdentities: (done: (error: undefined, found: readonly ParsedKey[]) => void) => done(undefined, keys),
    sign: agent.sign.bind(agent),
  });
}

function passwordAttempts(username: string, password: string | undefined): Attempt[] {
  if (password === undefined) return [];
  let asked = false;
  return [
    { method: { type: 'password', username, password }, label: PASSWORD, hasty: true },
    {
      method: {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => {
          finish(asked ? [] : prompts.map(() => password));
          asked = true;
        },
      },
      label: `${PASSWORD} (keyboard-interactive)`,
      hasty: true,
    },
  ];
}

function agentHolds(agent: AgentKeys | null, publicKey: Buffer | null): boolean {
  return !!agent && !!publicKey && agent.keys.some((key) => key.getPublicSSH().equals(publicKey));
}

function notRsa(key: ParsedKey): boolean {
  return key.type !== 'ssh-rsa';
}
