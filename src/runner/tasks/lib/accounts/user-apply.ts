import type { Delta } from '../../../contract/delta.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { LOOK_UP } from './entries.ts';
import type { User } from './user-desired.ts';
import type { UserNow } from './user-probe.ts';

export function applyUser(delta: Delta, user: User, now: UserNow): Script {
  const { name } = user;
  if (user.state === 'absent') return patiently(sh`userdel ${user.remove ? ['-r'] : []} ${name}`);
  return lines(
    now.account ? changed(delta, user) : made(user, now),
    setPassword(delta, user, now),
    'home_directory' in delta && makeHome(name),
    LOOK_UP,
    sh`printf 'own %s\n' "$(entry passwd ${name})"`,
  );
}

function made(user: User, { wantedGroup }: UserNow): Script {
  const words = [
    ...(user.system ? ['-r'] : []),
    ...(user.uid === undefined ? [] : ['-u', String(user.uid)]),
    ...(wantedGroup ? ['-g', String(wantedGroup.gid)] : ['-U']),
    ...(user.groups?.length ? ['-G', user.groups.join(',')] : []),
    ...plain(user),
    user.create_home === false ? '-M' : '-m',
  ];
  return sh`useradd ${words} ${user.name} || exit`;
}

function plain({ home, shell, comment }: User, only?: Delta): string[] {
  const word = (flag: string, field: string, value: string | undefined) =>
    value === undefined || (only && !(field in only)) ? [] : [flag, value];
  return [...word('-d', 'home', home), ...word('-s', 'shell', shell), ...word('-c', 'comment', comment)];
}

function changed(delta: Delta, user: User): Script | null {
  const groups = delta['groups']?.to as readonly string[] | undefined;
  const words = [
    ...('uid' in delta ? ['-u', String(user.uid)] : []),
    ...('group' in delta ? ['-g', String(user.group)] : []),
    ...(groups ? ['-G', groups.join(',')] : []),
    ...plain(user, delta),
    ...('home' in delta && user.move_home ? ['-m'] : []),
  ];
  return words.length === 0 ? null : patiently(sh`usermod ${words} ${user.name}`);
}

/** What a shell of the user's leaves behind when it ends lives a second at most: 8 means that he has processes. */
function patiently(change: Script): Script {
  return sh`change() { ${change}; }
change; r=$?
if [ $r = 8 ]; then sleep 1; change; r=$?; fi
[ $r = 0 ] || exit $r`;
}

/** The hash goes through a pipe from a builtin: it stands in no argument list. */
function setPassword(delta: Delta, { name, hash, lock }: User, now: UserNow): Script | null {
  if ('password' in delta) {
    const mark = (lock ?? (now.locked && !now.locksNothing)) ? '!' : '';
    return sh`printf '%s:%s\n' ${name} ${mark + hash} | chpasswd -e || exit`;
  }
  if (!('password_lock' in delta)) return null;
  return sh`usermod ${lock ? '-L' : '-U'} ${name} || exit`;
}

/** As useradd makes one: from /etc/skel, with HOME_MODE of login.defs(5). It takes its place when it is complete. */
function makeHome(name: string): Script {
  return lines(
    LOOK_UP,
    sh`own=$(entry passwd ${name}); h=\${own#*:*:*:*:*:}; h=\${h%%:*}; u=\${own#*:*:}; g=\${u#*:}; u=\${u%%:*}; g=\${g%%:*}
if ! [ -d "$h" ]; then
mode=$(sed -n 's/^HOME_MODE[[:space:]]*\([0-7]*\).*/\1/p' /etc/login.defs 2>/dev/null)
parent=\${h%/*}; mkdir -p "\${parent:-/}" || exit 1
t=$(mktemp -d "$h.XXXXXX") || exit 1
trap 'rm -rf "$t"' EXIT
[ ! -d /etc/skel ] || cp -R /etc/skel/. "$t"/ || exit 1
chown -R "$u:$g" "$t" && chmod "\${mode:-0755}" "$t" && mv "$t" "$h" || exit 1
trap - EXIT
fi`,
  );
}
