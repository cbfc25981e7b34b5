import type { Delta } from '../../../contract/delta.ts';
import type { Predictions } from '../../../contract/task-type.ts';
import { ACCOUNT_FILES } from './files.ts';
import type { User } from './user-desired.ts';
import type { UserNow } from './user-probe.ts';

/** The user, the group of its own, and its home directory; null where files change hands, or go. */
export function predictUser(delta: Delta, user: User, now: UserNow): Predictions | null {
  const { name, state } = user;
  const own = { [`user:${name}`]: { state }, ...ACCOUNT_FILES };
  if (now.account && ('uid' in delta || 'home' in delta || (state === 'absent' && user.remove))) return null;
  if (state === 'absent') return own;
  const makesGroup = !now.account && !now.wantedGroup;
  const makesHome = 'home_directory' in delta || (!now.account && user.create_home !== false);
  const home = user.home ?? now.account?.home ?? `/home/${name}`;
  return {
    ...own,
    ...(makesGroup ? { [`group:${name}`]: { state } } : {}),
    ...(makesHome && !now.hasHome
      ? { [`path:${home}`]: { kind: 'directory', fresh: true, contents: 'unknown', owner: name } }
      : {}),
  };
}
