import type { Change, Delta } from '../contract/delta.ts';
import type { Infer } from '../contract/schema.ts';
import { isRefusal, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
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

const schema = {
  type: 'object',
  description: 'Makes, alters or removes a database of a PostgreSQL server.',
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      aliases: ['db'],
      description: "The database's name, as it stands.",
    },
    owner: { type: 'string', minLength: 1, description: 'The role that owns it.' },
    encoding: {
      type: 'string',
      minLength: 1,
      examples: ['UTF8'],
      description: 'Its encoding; that of its template unless given. It cannot be changed later.',
    },
    lc_collate: {
      type: 'string',
      examples: ['C.UTF-8'],
      description: 'Its order of texts; that of its template unless given. It cannot be changed later.',
    },
    lc_ctype: {
      type: 'string',
      description:
        'Its classes of characters; those of its template unless given. They cannot be changed later.',
    },
    template: {
      type: 'string',
      minLength: 1,
      examples: ['template0'],
      description: 'The database that a new one is a copy of; template1 unless given.',
    },
    conn_limit: {
      type: 'integer',
      minimum: -1,
      description: 'How many connections it takes; -1 for any number.',
    },
    force: {
      type: 'boolean',
      default: false,
      description: 'With `state: absent`: end the connections that are open to it.',
    },
    state: {
      enum: ['present', 'absent'],
      default: 'present',
      description: 'absent: it is removed, with everything in it.',
    },
    ...LOGIN,
  },
  required: ['name'],
  additionalProperties: false,
} as const;

type Params = Infer<typeof schema>;

interface Desired {
  readonly params: Params;
  readonly asked: Asked;
}

interface Now {
  readonly db: Readonly<Record<Settled | 'owner' | 'conn_limit', string>> | null;
  readonly ownerKnown: boolean;
}

/** What stays as it was made. */
const SETTLED = ['encoding', 'lc_collate', 'lc_ctype'] as const;
type Settled = (typeof SETTLED)[number];

const QUESTION = `select pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype, datconnlimit
  from pg_database where datname = :'name';
select 1 from pg_roles where rolname = :'owner';`;

export default stateTask({
  name: 'postgres_db',
  schema,
  fields: { name: { type: 'string', description: 'The database.' } },

  desire(params): Desired | Refusal {
    const { name, owner = '', state } = params;
    if (state === 'absent' && name === params.login_db) {
      return refuse(
        `${name} is the database to connect to, which cannot be removed`,
        'give another `login_db`',
      );
    }
    const asked = ask(params, QUESTION, { name, owner });
    return isRefusal(asked) ? asked : { params, asked };
  },

  probe: ({ asked }) => probeServer(asked),

  read(reply, { asked }): Now | Refusal {
    const sets = readServer(reply, asked);
    if (isRefusal(sets)) return sets;
    const row = sets[0]?.rows[0]?.map((value) => value ?? '');
    const [owner = '', encoding = '', lc_collate = '', lc_ctype = '', conn_limit = ''] = row ?? [];
    const db = row ? { owner, encoding, lc_collate, lc_ctype, conn_limit } : null;
    return { db, ownerKnown: (sets[1]?.rows.length ?? 0) > 0 };
  },

  decide({ db, ownerKnown }, { params, asked }, world): Delta | null | Refusal {
    const { name, owner, state } = params;
    if (state === 'absent') return db && { state: { from: 'present', to: 'absent' } };
    const isNew = (sort: 'db' | 'role', one: string) =>
      world.predicted(areaOf(asked, sort, one)) !== undefined;
    if (!db && isNew('db', name)) return null;
    if (owner !== undefined && !ownerKnown && !isNew('role', owner)) {
      return refuse(`the server has no role "${owner}"`, 'make it first (postgres_user), or correct `owner`');
    }
    const fixed = SETTLED.find((one) => db && params[one] !== undefined && !alike(params[one], db[one]));
    if (fixed) {
      return refuse(
        `the database ${name} has ${fixed} ${db![fixed]}, which cannot become ${params[fixed]}`,
        'declare it as it is, or dump it and make it anew',
      );
    }
    const fields = db
      ? (['owner', 'conn_limit'] as const)
      : (['owner', 'conn_limit', 'template', ...SETTLED] as const);
    const delta: Record<string, Change> = db ? {} : { state: { from: 'absent', to: 'present' } };
    for (const field of fields) {
      const to = params[field];
      const from = db ? db[field as 'owner'] : null;
      if (to !== undefined && String(to) !== from) delta[field] = { from, to };
    }
    return Object.keys(delta).length > 0 ? delta : null;
  },

  apply(delta, { params, asked }) {
    const { name, owner = '', conn_limit = -1 } = params;
    if (params.state === 'absent') {
      return tellServer(
        asked,
        `drop database :"name"${params.force ? ' with (force)' : ''};`,
        { name },
        false,
      );
    }
    if ('state' in delta) return create(params, asked);
    const statements = [
      'owner' in delta && 'alter database :"name" owner to :"owner";',
      'conn_limit' in delta && 'alter database :"name" connection limit :conn_limit;',
    ];
    return tellServer(asked, statements.filter(Boolean).join('\n'), { name, owner, conn_limit }, true);
  },

  explain: (reply, { asked }) => explainServer(reply, asked),
  result: ({ params }) => ({ name: params.name }),
  predict: (_, { params, asked }) =>
    params.state === 'absent' ? null : { [areaOf(asked, 'db', params.name)]: { present: true } },
  looksAt: ({ params: { name, owner }, asked }) => [
    areaOf(asked, 'db', name),
    ...(owner === undefined ? [] : [areaOf(asked, 'role', owner)]),
    ...wayTo(asked.session),
  ],
  mayAlter: (desired) => [desired ? areaOf(desired.asked, 'db', desired.params.name) : 'database:'],
});

function create(params: Params, asked: Asked) {
  const options = { template: '"', owner: '"', encoding: "'", lc_collate: "'", lc_ctype: "'" } as const;
  const variables: Record<string, string | number> = { name: params.name };
  const words: string[] = [];
  for (const [option, quote] of Object.entries(options)) {
    const value = params[option as keyof typeof options];
    if (value === undefined) continue;
    variables[option] = value;
    words.push(`${option} :${quote}${option}${quote}`);
  }
  if (params.conn_limit !== undefined) words.push(`connection limit ${params.conn_limit}`);
  return tellServer(asked, `create database :"name" ${words.join(' ')};`, variables, false);
}

/** `UTF-8` is `utf8`. */
function alike(one: string | undefined, other: string): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, '');
  return plain(one ?? '') === plain(other);
}
