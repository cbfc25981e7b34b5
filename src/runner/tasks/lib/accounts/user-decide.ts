import type { Delta } from '../../../contract/delta.ts';
import { isObject } from '../../../contract/json.ts';
import { type Refusal, refuse, type World } from '../../../contract/task-type.ts';
import { type Changes, change, merged } from '../docker/changes.ts';
import { inability } from './trouble.ts';
import type { User } from './user-desired.ts';
import type { UserNow } from './user-probe.ts';

export function decideUser(now: UserNow, user: User, world: World): Delta | null | Refusal {
  const delta = changes(now, user);
  if (Object.keys(delta).length === 0) return null;
  return (
    inability(now.records) ?? (user.state === 'present' ? conflict(delta, now, user, world) : null) ?? delta
  );
}

function changes(now: UserNow, user: User): Changes {
  const { account } = now;
  const { state, uid, shell, comment, home } = user;
  if (state === 'absent') return account ? change('state', 'present', 'absent') : {};
  return merged(
    account ? {} : change('state', 'absent', 'present'),
    uid === undefined ? {} : change('uid', account?.uid, uid),
    groupChange(now, user),
    groupsChange(now, user),
    comment === undefined ? {} : change('comment', account?.comment, comment),
    home === undefined ? {} : change('home', account?.home, home),
    account && user.create_home && !now.hasHome ? change('home_directory', 'absent', 'present') : {},
    shell === undefined ? {} : change('shell', account?.shell, shell),
    passwordChanges(now, user),
  );
}

function groupChange({ account, primary, wantedGroup }: UserNow, { group }: User): Changes {
  if (group === null) return {};
  return account && wantedGroup?.gid === account.gid ? {} : change('group', account && primary, group);
}

function groupsChange(now: UserNow, user: User): Changes {
  if (user.groups === null) return {};
  const to = groupsWanted(now, user);
  return !now.account && to.length === 0 ? {} : change('groups', [...now.groups], to);
}

/** All groups that it is to be in, but the primary one. */
function groupsWanted({ groups, primary, wantedGroup }: UserNow, user: User): string[] {
  const wanted = user.groups ?? [];
  const all = user.append ? [...new Set([...groups, ...wanted])].sort() : [...wanted];
  const own = user.group === null ? primary : wantedGroup?.name;
  return all.filter((name) => name !== own);
}

function passwordChanges(now: UserNow, user: User): Changes {
  const { account } = now;
  const asked = user.hash !== null && (!account || user.update_password === 'always');
  const from = !account || now.password === 'none' ? null : '(another one)';
  return merged(
    asked && now.password !== 'same' ? change('password', from, '(as declared)') : {},
    user.lock === null ? {} : change('password_lock', account ? now.locked : null, user.lock),
  );
}

/** What the tools would stumble over, said before they are tried. */
function conflict(delta: Delta, now: UserNow, user: User, world: World): Refusal | null {
  const { holder, wantedGroup, missing, account } = now;
  if (holder && holder.name !== user.name) {
    return refuse(
      `the number ${user.uid} belongs to user ${holder.name}`,
      'choose another uid, or give that user another one first',
    );
  }
  const foreseen = (group: string) => {
    const predicted = world.predicted(`group:${group}`);
    return predicted !== undefined && !(isObject(predicted) && predicted['state'] === 'absent');
  };
  if (user.group !== null && !wantedGroup && !foreseen(user.group)) return noGroup(user.group, 'group');
  const stranger = missing.find((group) => !foreseen(group));
  if (stranger !== undefined) return noGroup(stranger, 'groups');
  const hasPassword = 'password' in delta || (account && !now.locksNothing);
  if (user.lock === false && !hasPassword) {
    return refuse(`user ${user.name} has no password that could be unlocked`, 'declare `password` too');
  }
  if (account && user.move_home && 'home' in delta && now.hasHome) {
    return refuse(
      `${user.home} is there already: ${account.home} cannot be moved to it`,
      'leave move_home out, or remove what is there first',
    );
  }
  return null;
}

function noGroup(name: string, parameter: string): Refusal {
  return refuse(`the host has no group "${name}"`, `make it first (group), or correct \`${parameter}\``);
}
