import type { Infer } from '../../../contract/schema.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { PATH_PATTERN, tidy } from '../files/paths.ts';
import { ACCOUNT_NAME, ACCOUNT_NAME_FORM } from './names.ts';

/** A name or a number. */
const GROUP = `${ACCOUNT_NAME}|^[0-9]+$`;

export const USER_SCHEMA = {
  type: 'object',
  description: 'Makes, changes or removes a user of the host.',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: ACCOUNT_NAME,
      aliases: ['user'],
      description: `The user's name: ${ACCOUNT_NAME_FORM}.`,
    },
    state: {
      enum: ['present', 'absent'],
      default: 'present',
      description: 'Whether there is such a user.',
    },
    uid: {
      type: 'integer',
      minimum: 0,
      description: 'Its number; chosen by the host unless given.',
    },
    group: {
      type: ['string', 'integer'],
      pattern: GROUP,
      description:
        'Its primary group, by name or number; a new user gets a group of its own name unless given.',
    },
    groups: {
      type: ['array', 'string'],
      items: { type: 'string', pattern: ACCOUNT_NAME },
      pattern: '^[A-Za-z0-9_.$, -]*$',
      description: 'The other groups that it is in, as a list (or a text with commas). An empty list: none.',
    },
    append: {
      type: 'boolean',
      default: false,
      description: 'It stays in groups that are not named in `groups`.',
    },
    home: {
      type: 'string',
      pattern: PATH_PATTERN,
      description: 'Its home directory; below the directory of homes, under its name, unless given.',
    },
    create_home: {
      type: 'boolean',
      aliases: ['createhome'],
      description:
        'The home directory is made, from /etc/skel. Unless given, for a new user only; true: whenever it is missing.',
    },
    move_home: {
      type: 'boolean',
      default: false,
      description: 'Where `home` is another one than now, what is in the old one goes along.',
    },
    shell: { type: 'string', pattern: PATH_PATTERN, description: 'Its login shell.' },
    system: {
      type: 'boolean',
      default: false,
      description: 'A new user gets a number from the range of system users, and no aging of its password.',
    },
    comment: {
      type: 'string',
      pattern: '^[^:\\n\\0]*$',
      description: 'Its full name, or what it is for (the GECOS field).',
    },
    password: {
      type: 'string',
      minLength: 1,
      secret: true,
      description: 'The hash of its password, as `mkpasswd` prints it; `*` or `!`: no password fits.',
    },
    update_password: {
      enum: ['always', 'on_create'],
      default: 'always',
      description: 'Whether `password` counts for a user that is there already.',
    },
    password_lock: {
      type: 'boolean',
      description: 'Whether its password is locked, which leaves other ways to log in (keys) open.',
    },
    remove: {
      type: 'boolean',
      default: false,
      description: 'With `state: absent`: its home directory and mail go too.',
    },
  },
} as const;

export type UserParams = Infer<typeof USER_SCHEMA>;

export interface User extends Omit<UserParams, 'groups' | 'group' | 'password' | 'password_lock'> {
  /** By name, or by number in digits. */
  readonly group: string | null;
  /** Sorted; null: not declared. */
  readonly groups: readonly string[] | null;
  /** The hash without marks of a lock; empty: none that fits. Null: not declared. */
  readonly hash: string | null;
  readonly lock: boolean | null;
}

/** crypt(5): `$id$…`, all of characters that /etc/shadow holds. */
const HASH = /^!*(\$[0-9a-z]+\$[^\s:*!]+)?$|^!*\*$/;

export function desireUser(params: UserParams): User | Refusal {
  const { password, password_lock: lock, home, group, groups, ...rest } = params;
  if (params.remove && params.state !== 'absent') return refuse('remove goes with state: absent only');
  if (params.move_home && home === undefined) return refuse('move_home needs the new `home`');
  if (password !== undefined && !HASH.test(password)) {
    return refuse(
      'password is not a hash as /etc/shadow holds it',
      'hash it: `mkpasswd -m sha-512` or `openssl passwd -6`',
    );
  }
  if (lock === false && password?.startsWith('!')) {
    return refuse('a password that begins with `!` is a locked one, and password_lock is false');
  }
  return {
    ...rest,
    ...(home === undefined ? {} : { home: tidy(home) }),
    group: group === undefined ? null : String(group),
    groups: groups === undefined ? null : groupNames(groups),
    hash: password === undefined ? null : password.replace(/^!+/, ''),
    lock: lock ?? (password?.startsWith('!') ? true : null),
  };
}

function groupNames(groups: string | readonly string[]): string[] {
  const names = typeof groups === 'string' ? groups.split(',').map((name) => name.trim()) : groups;
  return [...new Set(names)].filter((name) => name !== '').sort();
}
