import type { Reply } from '../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { isRefusal, type Refusal, refuse } from '../../../contract/task-type.ts';
import { type Account, type Group, LOOK_UP, readAccount, readGroup } from './entries.ts';
import { first, type Records } from './records.ts';
import { askAbility, readAnswer } from './trouble.ts';
import type { User } from './user-desired.ts';

/** What the host says of a user. */
export interface UserNow {
  readonly account: Account | null;
  /** The user that has the wanted number. */
  readonly holder: Account | null;
  /** Name of the primary group, where it has one; else its number. */
  readonly primary: string;
  /** The other groups that it is in, sorted. */
  readonly groups: readonly string[];
  /** The declared primary group; where none is, a group of the user's name. */
  readonly wantedGroup: Group | null;
  /** Those of the declared groups that the host does not have. */
  readonly missing: readonly string[];
  /** The home directory, as declared or as it is now, is there. */
  readonly hasHome: boolean;
  /** Null: not asked. No hash ever leaves the host. */
  readonly password: 'same' | 'other' | 'none' | null;
  /** There is a mark of a lock … */
  readonly locked: boolean;
  /** … and nothing behind it: it never had a password. */
  readonly locksNothing: boolean;
  readonly records: Records;
}

export function probeUser(user: User): Script {
  const { name, uid, groups, state } = user;
  const absent = state === 'absent';
  return lines(
    LOOK_UP,
    sh`own=$(entry passwd ${name}); printf 'own %s\n' "$own"`,
    absent
      ? null
      : lines(
          uid !== undefined && sh`printf 'holder %s\n' "$(entry passwd ${uid})"`,
          sh`printf 'group %s\n' "$(entry group ${user.group ?? name})"`,
          ...(groups ?? []).map(
            (group) => sh`[ -n "$(entry group ${group})" ] || printf 'missing %s\n' ${group}`,
          ),
          sh`if [ -n "$own" ]; then
  printf 'primary %s\n' "$(id -gn ${name} 2>/dev/null || id -g ${name})"
  printf 'groups %s\n' "$(id -Gn ${name} 2>/dev/null)"
fi`,
          askHome(user),
          (user.hash !== null || user.lock !== null) && askPassword(user),
        ),
    askAbility(['useradd', 'usermod', 'userdel', ...(user.hash === null ? [] : ['chpasswd'])]),
  );
}

function askHome({ home }: User): Script {
  const asked = home === undefined ? sh`h=\${own#*:*:*:*:*:}; h=\${h%%:*}` : sh`h=${home}`;
  return lines(asked, sh`[ -z "$h" ] || ! [ -d "$h" ] || echo home`);
}

/** Compared on the host, with builtins: the hash in /etc/shadow never leaves it, and none stands in an argument list. */
function askPassword({ name, hash }: User): Script {
  return sh`if [ -r /etc/shadow ]; then
  while IFS=: read -r n h rest; do
    [ "$n" = ${name} ] || continue
    case $h in '!'*) echo locked ;; esac
    while :; do case $h in '!'*) h=\${h#?} ;; *) break ;; esac; done
    if [ "$h" = ${hash ?? ''} ]; then echo password same
    elif [ -z "$h" ]; then echo password none
    else echo password other; fi
    [ -n "$h" ] || echo nothing
  done </etc/shadow
elif [ -n "$own" ]; then echo unreadable
fi`;
}

export function readUser(reply: Reply, user: User): UserNow | Refusal {
  const records = readAnswer(reply, `user ${user.name}`);
  if (isRefusal(records)) return records;
  if (records.has('unreadable')) {
    return refuse('only root may look at passwords (/etc/shadow)', 'run it as root: `become: true`');
  }
  const primary = first(records, 'primary') ?? '';
  const all = (first(records, 'groups') ?? '').split(' ').filter((name) => name !== '');
  return {
    account: readAccount(first(records, 'own')),
    holder: readAccount(first(records, 'holder')),
    primary,
    groups: all.filter((name) => name !== primary).sort(),
    wantedGroup: readGroup(first(records, 'group')),
    missing: records.get('missing') ?? [],
    hasHome: records.has('home'),
    password: passwordOf(records),
    locked: records.has('locked'),
    locksNothing: records.has('locked') && records.has('nothing'),
    records,
  };
}

function passwordOf(records: Records): UserNow['password'] {
  const said = first(records, 'password');
  return said === 'same' || said === 'other' || said === 'none' ? said : null;
}
