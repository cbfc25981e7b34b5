import type { Delta } from '../../../contract/delta.ts';
import type { Json } from '../../../contract/json.ts';
import type { User } from './user-desired.ts';
import type { UserNow } from './user-probe.ts';

/** The user, the group of its own, and its home directory. */
export function predictUser(delta: Delta, user: User, now: UserNow): { readonly [key: string]: Json } {
  const { name, state } = user;
  const own = { [`user:${name}`]: { state } };
  if (state === 'absent') return own;
  const makesGroup = !now.account && !now.wantedGroup;
  const makesHome = 'home_directory' in delta || (!now.account && user.create_home !== false);
  const home = user.home ?? now.account?.home ?? `/home/${name}`;
  return {
    ...own,
    ...(makesGroup ? { [`group:${name}`]: { state } } : {}),
    ...(makesHome && !now.hasHome ? { [`path:${home}`]: { kind: 'directory', owner: name } } : {}),
  };
}
