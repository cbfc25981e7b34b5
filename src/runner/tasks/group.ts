import { text } from '../contract/exchange.ts';
import { lines, sh } from '../contract/script.ts';
import { isRefusal, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { type Group, LOOK_UP, readGroup } from './lib/accounts/entries.ts';
import { ACCOUNT_FILES } from './lib/accounts/files.ts';
import { ACCOUNT_NAME, ACCOUNT_NAME_FORM } from './lib/accounts/names.ts';
import { first, type Records, readRecords } from './lib/accounts/records.ts';
import { accountFailure, askAbility, inability, readAnswer } from './lib/accounts/trouble.ts';
import { change, merged } from './lib/docker/changes.ts';

const schema = {
  type: 'object',
  description: 'Makes, changes or removes a group of users.',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: ACCOUNT_NAME, description: `The group's name: ${ACCOUNT_NAME_FORM}.` },
    gid: {
      type: 'integer',
      minimum: 0,
      description: 'Its number; chosen by the host unless given. Files keep the number that they have.',
    },
    system: {
      type: 'boolean',
      default: false,
      description: 'A new group gets a number from the range of system groups.',
    },
    state: {
      enum: ['present', 'absent'],
      default: 'present',
      description: 'Whether there is such a group.',
    },
  },
} as const;

interface Current {
  readonly group: Group | null;
  /** The group that has the wanted number. */
  readonly holder: Group | null;
  /** Users whose primary group it is. */
  readonly primary: readonly string[];
  readonly records: Records;
}

export default stateTask({
  name: 'group',
  short: 'name',
  schema,
  fields: {
    name: { type: 'string', description: "The group's name." },
    gid: { type: ['integer', 'null'], description: 'Its number; null where there is none.' },
    state: { type: 'string', description: 'present or absent.' },
  },
  desire: (params) => params,

  probe: ({ name, gid, state }) =>
    lines(
      LOOK_UP,
      sh`own=$(entry group ${name}); printf 'own %s\n' "$own"`,
      gid !== undefined && sh`printf 'holder %s\n' "$(entry group ${gid})"`,
      state === 'absent' && PRIMARY,
      askAbility(['groupadd', 'groupmod', 'groupdel']),
    ),

  read(reply, { name }): Current | Refusal {
    const records = readAnswer(reply, `group ${name}`);
    if (isRefusal(records)) return records;
    return {
      group: readGroup(first(records, 'own')),
      holder: readGroup(first(records, 'holder')),
      primary: records.get('primary') ?? [],
      records,
    };
  },

  decide(current, { name, gid, state }) {
    const { group, holder, primary } = current;
    const delta = merged(
      change('state', group ? 'present' : 'absent', state),
      state === 'present' && gid !== undefined ? change('gid', group?.gid, gid) : {},
    );
    if (Object.keys(delta).length === 0) return null;
    const unable = inability(current.records);
    if (unable) return unable;
    if (state === 'absent') return primary.length > 0 ? stillPrimary(name, primary) : delta;
    if (holder && holder.name !== name) {
      return refuse(
        `the number ${gid} belongs to group ${holder.name}`,
        'choose another gid, or give that group another one first',
      );
    }
    return delta;
  },

  apply(_, { name, gid, system, state }, { group }) {
    if (state === 'absent') return sh`groupdel ${name}`;
    if (group) return sh`groupmod -g ${gid ?? group.gid} ${name}`;
    const words = [...(system ? ['-r'] : []), ...(gid === undefined ? [] : ['-g', gid])];
    return lines(
      sh`groupadd ${words} ${name} || exit`,
      LOOK_UP,
      sh`printf 'own %s\n' "$(entry group ${name})"`,
    );
  },

  explain: (reply, { name }) => accountFailure(`group ${name}`, reply),

  result(desired, current, _delta, reply) {
    const { name, state, gid } = desired;
    const made = reply && readGroup(first(readRecords(text(reply.out)), 'own'));
    const number = made?.gid ?? gid ?? current.group?.gid ?? null;
    return { name, gid: state === 'absent' ? null : number, state };
  },
  predict: (_, { name, state }) => ({ [`group:${name}`]: { state }, ...ACCOUNT_FILES }),
  looksAt: ({ name, gid, state }) => [
    gid === undefined ? `group:${name}` : 'group:',
    ...(state === 'absent' ? ['user:'] : []),
  ],
  mayAlter: () => ['group:', 'path:/etc'],
});

/** Removing the primary group of a user is refused by groupdel as well. */
const PRIMARY = sh`i=\${own#*:*:}; i=\${i%%:*}
[ -z "$own" ] || while IFS=: read -r n p u g rest; do
  [ "$g" = "$i" ] && printf 'primary %s\n' "$n"
done </etc/passwd`;

function stillPrimary(name: string, users: readonly string[]): Refusal {
  return refuse(
    `group ${name} is the primary group of ${users.join(', ')}`,
    'remove those users, or give them another group, first',
  );
}
