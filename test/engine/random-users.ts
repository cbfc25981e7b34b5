import fc from 'fast-check';
import { type Data, type RandomPlay, randomPlayOf } from './random-play.ts';

const USERS = ['u1', 'u2'] as const;
const GROUPS = ['g1', 'g2'] as const;

const user = fc.constantFrom(...USERS);
const group = fc.constantFrom(...GROUPS);
const somebody = fc.constantFrom('root', ...USERS);
const mode = fc.constantFrom('0600', '0640', '0700', '0750', '0755', '2770');
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'a/c', 'b/c').map((below) => `{{ root }}/${below}`) },
  { weight: 1, arbitrary: user.map((name) => `/home/${name}`) },
  { weight: 2, arbitrary: user.map((name) => `/home/${name}/a`) },
);
const rights = fc.record({ owner: somebody, group: fc.oneof(group, user), mode }, { requiredKeys: [] });

/** The words of `may` not each time. */
const sometimes = (
  must: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  may: typeof must,
): fc.Arbitrary<Data> =>
  fc.record({ ...must, ...may }, { requiredKeys: Object.keys(must) }) as fc.Arbitrary<Data>;

const accounts: fc.Arbitrary<Data> = fc.oneof(
  {
    weight: 4,
    arbitrary: sometimes(
      { name: user },
      {
        group,
        groups: fc.subarray([...GROUPS]),
        create_home: fc.boolean(),
        home: fc.constant('{{ root }}/b'),
        comment: fc.constant('one'),
        uid: fc.constant(3001),
      },
    ).map((user) => ({ user })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(user, fc.boolean())
      .map(([name, remove]) => ({ user: { name, state: 'absent', remove } })),
  },
  { weight: 2, arbitrary: group.map((name) => ({ group: { name } })) },
  { weight: 1, arbitrary: fc.oneof(group, user).map((name) => ({ group: { name, state: 'absent' } })) },
);

const files: fc.Arbitrary<Data> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(path, rights, fc.boolean()).map(([path, rights, recurse]) => ({
      file: { path, state: 'directory', ...rights, ...(recurse ? { recurse } : {}) },
    })),
  },
  { weight: 1, arbitrary: path.map((path) => ({ file: { path, state: 'absent' } })) },
  {
    weight: 1,
    arbitrary: fc.tuple(path, rights).map(([path, rights]) => ({ file: { path, state: 'file', ...rights } })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(path, fc.constantFrom('one\n', 'two\n'), rights)
      .map(([dest, content, rights]) => ({ copy: { dest, content, ...rights } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(path, rights)
      .map(([path, rights]) => ({ lineinfile: { path, line: 'x', create: true, ...rights } })),
  },
  { weight: 1, arbitrary: path.map((path) => ({ stat: { path } })) },
  { weight: 1, arbitrary: path.map((path) => ({ command: `ls ${path}` })) },
  { weight: 1, arbitrary: path.map((path) => ({ shell: { cmd: `touch ${path}`, creates: path } })) },
  { weight: 1, arbitrary: fc.constant({ command: { cmd: 'id -Gn' }, changed_when: false }) },
  { weight: 1, arbitrary: fc.constant({ shell: { cmd: 'echo "$HOME $(id -un)"' } }) },
);

const asSomebody = (what: fc.Arbitrary<Data>): fc.Arbitrary<Data> =>
  fc
    .tuple(what, fc.option(somebody, { freq: 1 }))
    .map(([task, become_user]) => (become_user ? { ...task, become: true, become_user } : task));

/** Users and groups that come and go, files of theirs, and who does what. */
export const usersPlay: fc.Arbitrary<RandomPlay> = randomPlayOf(
  fc.oneof(
    { weight: 3, arbitrary: accounts.map((task) => ({ ...task, become: true, become_user: 'root' })) },
    { weight: 6, arbitrary: asSomebody(files) },
    { weight: 1, arbitrary: fc.constant<Data>({ fail: { msg: 'on purpose' } }) },
  ),
  ['file', 'copy', 'shell'],
);

/** Shell lines that lay what a host has before: its accounts, and files of theirs. */
export const usersGround: fc.Arbitrary<readonly string[]> = fc
  .record({
    groups: fc.subarray([...GROUPS]),
    users: fc.subarray([...USERS]),
    member: fc.boolean(),
    entries: fc.array(fc.tuple(path, somebody, mode, fc.boolean()), { maxLength: 4 }),
  })
  .map(({ groups, users, member, entries }) => [
    ...groups.map((name) => `groupadd ${name}`),
    ...users.map((name) => `useradd -m ${member && groups[0] ? `-G ${groups[0]} ` : ''}${name}`),
    ...entries
      .map(
        ([path, owner, mode, isFile]) => [path.replace('{{ root }}', '/srv'), owner, mode, isFile] as const,
      )
      .filter(([, owner]) => owner === 'root' || users.includes(owner))
      .flatMap(([path, owner, mode, isFile]) => [
        `if ${isFile ? `(echo one >${path})` : `mkdir ${path}`}; then chown ${owner}: ${path}; chmod ${mode} ${path}; fi`,
      ]),
  ]);
