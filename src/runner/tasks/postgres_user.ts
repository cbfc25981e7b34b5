import { randomBytes } from 'node:crypto';
import type { Change, Delta } from '../contract/delta.ts';
import type { Infer } from '../contract/schema.ts';
import { isRefusal, type Refusal, refuse, stateTask, type Unknown } from '../contract/task-type.ts';
import { isVerifier, matches, md5Verifier, scramVerifier } from './lib/psql/scram.ts';
import {
  type Asked,
  areaOf,
  ask,
  explainServer,
  LOGIN,
  probeServer,
  readServer,
  tellServer,
} from './lib/psql/server.ts';
import { wayTo } from './lib/psql/session.ts';

/** Attributes of a role, and the columns of pg_roles that hold them. */
const ATTRIBUTES = {
  SUPERUSER: 'rolsuper',
  CREATEROLE: 'rolcreaterole',
  CREATEDB: 'rolcreatedb',
  INHERIT: 'rolinherit',
  LOGIN: 'rolcanlogin',
  REPLICATION: 'rolreplication',
  BYPASSRLS: 'rolbypassrls',
} as const;
const NAMES = Object.keys(ATTRIBUTES);
const FLAG = `(NO)?(${NAMES.flatMap((name) => [name, name.toLowerCase()]).join('|')})`.replace(
  '(NO)',
  '(NO|no)',
);

const schema = {
  type: 'object',
  description: 'Makes, alters or removes a role of a PostgreSQL server.',
  properties: {
    name: { type: 'string', minLength: 1, aliases: ['user'], description: "The role's name, as it stands." },
    password: {
      type: 'string',
      secret: true,
      description:
        'Its password, or what the server keeps of one (`SCRAM-SHA-256$…`); empty: none. As it is unless given.',
    },
    no_password_changes: {
      type: 'boolean',
      default: false,
      description: 'Give the password to a new role only, and do not look at that of one that is there.',
    },
    role_attr_flags: {
      type: 'string',
      pattern: `^(${FLAG}( *, *${FLAG})*)?$`,
      examples: ['CREATEDB,NOSUPERUSER'],
      description: `Attributes: ${NAMES.join(', ')}, each also with NO in front. Those not named stay; a new role has LOGIN and INHERIT.`,
    },
    conn_limit: {
      type: 'integer',
      minimum: -1,
      description: 'How many connections it may have; -1 for any number.',
    },
    expires: {
      type: 'string',
      minLength: 1,
      examples: ['2031-01-01', 'infinity'],
      description: 'When its password ends to be valid, as PostgreSQL reads a timestamp.',
    },
    state: { enum: ['present', 'absent'], default: 'present', description: 'absent: the role is removed.' },
    ...LOGIN,
  },
  required: ['name'],
  additionalProperties: false,
} as const;

type Params = Infer<typeof schema>;

interface Desired {
  readonly params: Params;
  readonly asked: Asked;
  /** By attribute. */
  readonly flags: Readonly<Record<string, boolean>>;
}

interface Now {
  readonly role: Role | null;
  /** New passwords are kept as MD5, for clients that know nothing better. */
  readonly md5: boolean;
  readonly mayRead: boolean;
}

interface Role {
  readonly flags: Readonly<Record<string, boolean>>;
  readonly conn_limit: number;
  readonly expires: string | null;
  /** It ends when declared; null: nothing is declared. */
  readonly expiresSo: boolean;
  /** What the server keeps of its password; null: nothing, or it may not be read. */
  readonly kept: string | null;
}

/** The password's remains are asked for only where they may be read and are needed. */
const question = (expires: boolean, password: boolean): string => `
select ${Object.values(ATTRIBUTES).join(', ')}, rolconnlimit, rolvaliduntil,
  ${expires ? "coalesce(rolvaliduntil, 'infinity') = :'expires'::timestamptz" : 'true'}
  from pg_roles where rolname = :'name';
select current_setting('password_encryption'), has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'select');
${
  password
    ? `select has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'select') as may \\gset
\\if :may
select rolpassword from pg_authid where rolname = :'name';
\\endif`
    : ''
}`;

export default stateTask({
  name: 'postgres_user',
  schema,
  fields: { name: { type: 'string', description: 'The role.' } },

  desire(params): Desired | Refusal {
    const { name, password, expires = '' } = params;
    if (password?.includes('\0')) return refuse('password holds a NUL character');
    const flags = readFlags(params.role_attr_flags ?? '');
    if (isRefusal(flags)) return flags;
    const asked = ask(params, question(expires !== '', comparesPassword(params)), { name, expires });
    return isRefusal(asked) ? asked : { params, asked, flags };
  },

  probe: ({ asked }) => probeServer(asked),

  read(reply, { asked }): Now | Refusal {
    const sets = readServer(reply, asked);
    if (isRefusal(sets)) return sets;
    const [roles, settings, kept] = sets;
    const row = roles?.rows[0];
    const count = NAMES.length;
    const role = row && {
      flags: Object.fromEntries(NAMES.map((name, i) => [name, row[i] === 't'])),
      conn_limit: Number(row[count]),
      expires: row[count + 1] ?? null,
      expiresSo: row[count + 2] === 't',
      kept: kept?.rows[0]?.[0] ?? null,
    };
    const [encryption, mayRead] = settings?.rows[0] ?? [];
    return { role: role ?? null, md5: encryption === 'md5', mayRead: mayRead === 't' };
  },

  decide({ role, mayRead }, desired, world): Delta | null | Refusal | Unknown {
    const { params } = desired;
    if (params.state === 'absent') return role && { state: { from: 'present', to: 'absent' } };
    if (!role) {
      if (world.predicted(keyOf(desired)) !== undefined) {
        return { unknown: `the role ${params.name} would have been made before` };
      }
      return {
        state: { from: 'absent', to: 'present' },
        ...differences(null, desired),
        ...newPassword(params),
      };
    }
    const password = comparesPassword(params) ? passwordChange(role, params, mayRead) : {};
    if (isRefusal(password)) return password;
    const delta = { ...differences(role, desired), ...password };
    return Object.keys(delta).length > 0 ? delta : null;
  },

  apply(delta, { params, asked }, { md5 }) {
    const { name, expires = '', conn_limit = -1 } = params;
    if (params.state === 'absent') return tellServer(asked, 'drop role :"name";', { name }, true);
    const flags = Object.entries(delta).flatMap(([field, { to }]) =>
      field in ATTRIBUTES ? [flagWord(field, to)] : [],
    );
    const words = [
      ...('state' in delta && !('LOGIN' in delta) ? ['LOGIN'] : []),
      ...flags,
      ...('conn_limit' in delta ? ['CONNECTION LIMIT :conn_limit'] : []),
      ...('expires' in delta ? ["VALID UNTIL :'expires'"] : []),
      ...('password' in delta ? [params.password === '' ? 'PASSWORD NULL' : "PASSWORD :'verifier'"] : []),
    ];
    const verb = 'state' in delta ? 'create' : 'alter';
    const verifier = 'password' in delta ? verifierOf(params, md5) : '';
    return tellServer(
      asked,
      `${verb} role :"name" ${words.join(' ')};`,
      { name, expires, conn_limit, verifier },
      true,
    );
  },

  explain(reply, { asked, params }) {
    const why = explainServer(reply, asked);
    const owns = params.state === 'absent' && why.refusal.includes('SQLSTATE 2BP01');
    return owns
      ? { ...why, hint: 'give what it owns to another role first (`reassign owned by`), with psql_exec' }
      : why;
  },

  result: ({ params }) => ({ name: params.name }),
  predict: (_, desired) =>
    desired.params.state === 'absent' ? null : { [keyOf(desired)]: { present: true } },
  looksAt: (desired) => [keyOf(desired), ...wayTo(desired.asked.session)],
  mayAlter: (desired) => [desired ? keyOf(desired) : 'database:'],
});

function keyOf({ asked, params }: Desired): string {
  return areaOf(asked, 'role', params.name);
}

/** Must the password of a role that is there be looked at? */
function comparesPassword({ password, no_password_changes: never, state }: Params): boolean {
  return password !== undefined && !never && state === 'present';
}

function readFlags(text: string): Record<string, boolean> | Refusal {
  const flags: Record<string, boolean> = {};
  for (const word of text
    .toUpperCase()
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const is = NAMES.includes(word);
    const name = is ? word : word.slice(2);
    if (flags[name] === !is)
      return refuse(`role_attr_flags holds ${name} and NO${name}`, 'leave one of them');
    flags[name] = is;
  }
  return flags;
}

function flagWord(name: string, to: unknown): string {
  return to === true ? name : `NO${name}`;
}

function differences(role: Role | null, { params, flags }: Desired): Record<string, Change> {
  const delta: Record<string, Change> = {};
  for (const [flag, to] of Object.entries(flags)) {
    const from = role ? role.flags[flag]! : null;
    if (from !== to) delta[flag] = { from, to };
  }
  const { conn_limit: limit, expires } = params;
  if (limit !== undefined && role?.conn_limit !== limit)
    delta['conn_limit'] = { from: role?.conn_limit ?? null, to: limit };
  if (expires !== undefined && !role?.expiresSo)
    delta['expires'] = { from: role?.expires ?? null, to: expires };
  return delta;
}

function newPassword({ password }: Params): Record<string, Change> {
  return password ? { password: { from: null, to: 'as declared' } } : {};
}

/** Nothing of either password is in it. */
function passwordChange(role: Role, params: Params, mayRead: boolean): Record<string, Change> | Refusal {
  const { password = '', name } = params;
  if (!mayRead) {
    return refuse(
      `whether the role ${name} has this password cannot be told: ${params.login_user ?? 'the login role'} may not read pg_authid`,
      'connect as a superuser, or set `no_password_changes: true`',
    );
  }
  if (password === '') return role.kept === null ? {} : { password: { from: 'set', to: null } };
  if (role.kept === null) return newPassword(params);
  const same = matches(role.kept, password, name);
  if (same === null) {
    return refuse(
      `whether the role ${name} has this password cannot be told: the server keeps it in a form of its own`,
    );
  }
  return same ? {} : { password: { from: 'another one', to: 'as declared' } };
}

/** What the server will keep: the password itself is sent nowhere. */
function verifierOf({ password = '', name }: Params, md5: boolean): string {
  if (isVerifier(password)) return password;
  return md5 ? md5Verifier(password, name) : scramVerifier(password, randomBytes(16));
}
