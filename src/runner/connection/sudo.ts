import { randomBytes } from 'node:crypto';
import type { Identity, Trouble } from '../contract/exchange.ts';
import { trouble } from './trouble.ts';

/** One way to become somebody on the host; tried in this order. */
export type Attempt =
  | { readonly kind: 'plain' }
  /** Never asks: it works or fails at once, so a request may be sent along. */
  | { readonly kind: 'sudo'; readonly user: string }
  /** Asks with `prompt`, which nobody can know; nothing may be sent before the shell is ready. */
  | {
      readonly kind: 'sudo-password';
      readonly user: string;
      readonly prompt: string;
      readonly password: string;
    };

/** What sudo is told when it asks. A host counts wrong ones and may lock the account, so it is not told one again. */
export interface BecomePassword {
  readonly text: string;
  refused: boolean;
}

/** How to become `identity` when logged in as `login` (null: not known). */
export function attempts(
  identity: Identity,
  login: string | null,
  password: BecomePassword | undefined,
): Attempt[] | Trouble {
  if (identity.kind === 'login' || identity.user === login) return [{ kind: 'plain' }];
  const { user } = identity;
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(user)) {
    return trouble('become', `${JSON.stringify(user)} is not a user name`, 'correct become_user');
  }
  const silent: Attempt = { kind: 'sudo', user };
  if (password === undefined || password.refused) return [silent];
  return [
    silent,
    {
      kind: 'sudo-password',
      user,
      password: password.text,
      prompt: `mama-play-${randomBytes(12).toString('hex')}:`,
    },
  ];
}

/** The loader's command line (`exec sh -c '…'`), run as wanted. */
export function wrap(attempt: Attempt, loader: string): string {
  if (attempt.kind === 'plain') return loader;
  const shell = loader.replace(/^exec /, '');
  const user = attempt.user.replace('$', '\\$');
  if (attempt.kind === 'sudo') return `exec sudo -n -H -u ${user} -- ${shell}`;
  return `exec sudo -S -H -p ${attempt.prompt} -u ${user} -- ${shell}`;
}

/** In the words of a login shell; sudo's own name what it lacks (`sudo: sh: command not found`). */
const NO_SUDO = /sudo: (command )?not found|sudo: No such file|not found: sudo/i;

/** What one knows of a sudo that ended before the shell was ready. */
export interface SudoEnd {
  readonly host: string;
  readonly user: string;
  readonly login: string | null;
  readonly code: number | null;
  readonly stderr: string;
  /** How often our prompt was seen. */
  readonly prompts: number;
  /** `kept`: it is known to be wrong, and was not told again. */
  readonly password: 'none' | 'told' | 'kept';
}

export function isWrongPassword({ prompts, stderr }: SudoEnd): boolean {
  return prompts > 1 || (prompts === 1 && /incorrect password|try again/i.test(stderr));
}

export function sudoTrouble(end: SudoEnd): Trouble {
  const who = `${end.login ?? 'the login user'} can't become ${end.user} on ${end.host}`;
  const words = complaint(end.stderr);
  if (end.code === 127 || NO_SUDO.test(end.stderr)) {
    return trouble(
      'become',
      `${who}: there is no sudo on it`,
      `install sudo there, or log in as ${end.user}`,
    );
  }
  const wrong = trouble(
    'become',
    `${who}: wrong password`,
    'check the password of -K or ansible_become_password',
  );
  if (isWrongPassword(end)) return wrong;
  if (/not in the sudoers|is not allowed|may not run/i.test(end.stderr)) {
    return trouble('become', `${who}: ${words}`, `allow it in /etc/sudoers.d on ${end.host}`);
  }
  if (/unknown user/i.test(words)) {
    return trouble('become', `${who}: ${words}`, 'correct become_user, or make that user before');
  }
  if (/tty/i.test(end.stderr)) {
    return trouble('become', `${who}: ${words}`, `remove "requiretty" from /etc/sudoers on ${end.host}`);
  }
  if (end.password === 'kept') return wrong;
  if (end.password === 'none' && /password/i.test(end.stderr)) {
    const hint = 'give it with -K or ansible_become_password, or allow NOPASSWD in /etc/sudoers.d';
    return trouble('become', `${who}: sudo asks for a password`, hint);
  }
  if (/^sudo: \S+: command not found$/.test(words)) {
    return trouble('become', `${who}: ${words}`, `look at secure_path in /etc/sudoers on ${end.host}`);
  }
  return trouble(
    'become',
    `${who}: ${words}`,
    end.password === 'told' ? undefined : 'is a password needed? give it with -K or ansible_become_password',
  );
}

/** sudo's own first complaint, where it made one; it may add others that hang on it. */
function complaint(stderr: string): string {
  const said = stderr
    .split('\n')
    .map((line) => line.replace(/mama-play-[0-9a-f]{24}:/g, '').trim())
    .filter((line) => line !== '');
  const ofSudo = said.filter((line) => line.startsWith('sudo: '));
  // A host that does not know its own name says so first, and goes on.
  const other = ofSudo.find((line) => !line.startsWith('sudo: unable to resolve host'));
  return other ?? ofSudo[0] ?? said.at(-1) ?? 'sudo refused without a word';
}
