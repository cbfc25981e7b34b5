import { text } from '../contract/exchange.ts';
import { stateTask } from '../contract/task-type.ts';
import { readAccount } from './lib/accounts/entries.ts';
import { first, readRecords } from './lib/accounts/records.ts';
import { accountFailure } from './lib/accounts/trouble.ts';
import { applyUser } from './lib/accounts/user-apply.ts';
import { decideUser } from './lib/accounts/user-decide.ts';
import { desireUser, USER_SCHEMA } from './lib/accounts/user-desired.ts';
import { predictUser } from './lib/accounts/user-predict.ts';
import { probeUser, readUser } from './lib/accounts/user-probe.ts';

export default stateTask({
  name: 'user',
  short: 'name',
  schema: USER_SCHEMA,
  fields: {
    name: { type: 'string', description: "The user's name." },
    state: { type: 'string', description: 'present or absent.' },
    uid: { type: ['integer', 'null'], description: 'Its number; null where there is none.' },
    group: { type: ['integer', 'null'], description: 'The number of its primary group.' },
    home: { type: ['string', 'null'], description: 'Its home directory.' },
    shell: { type: ['string', 'null'], description: 'Its login shell.' },
  },
  desire: desireUser,
  probe: probeUser,
  read: readUser,
  decide: decideUser,
  apply: applyUser,
  explain: (reply, { name }) => accountFailure(`user ${name}`, reply),

  result({ name, state }, { account }, _delta, reply) {
    const now = reply ? readAccount(first(readRecords(text(reply.out)), 'own')) : account;
    const { uid = null, gid = null, home = null, shell = null } = (state === 'present' && now) || {};
    return { name, state, uid, group: gid, home, shell };
  },
  predict: predictUser,
  looksAt: (user, { account }) => [
    ...(user.uid === undefined ? [`user:${user.name}`] : ['user:']),
    ...[user.name, user.group ?? user.name, ...(user.groups ?? [])].map((name) => `group:${name}`),
    ...[user.home, account?.home].flatMap((home) => (home === undefined ? [] : [`path:${home}`])),
  ],
  mayAlter: () => ['user:', 'group:', 'path:', 'link:'],
});
