import type { Identity } from '../contract/exchange.ts';
import { findHost } from '../language/inventory.ts';
import type { InventoryHost, Play } from '../language/model.ts';
import { hostScope, type RunContext } from '../plan/context.ts';
import { tasksOf } from '../plan/tags.ts';

const LOGIN: Identity = { kind: 'login' };
const ROOT: Identity = { kind: 'become', method: 'sudo', user: 'root' };

/** Root, if any task that may run on the host becomes root as far as the text says; else the login user. */
export function changesAs(
  name: string,
  plays: readonly { readonly play: Play; readonly hosts: readonly InventoryHost[] }[],
  context: RunContext,
): Identity {
  const host = findHost(context.inventory, name);
  const given = host && hostScope(context, host).get('ansible_become');
  const byDefault = given?.kind === 'value' ? given.value === true : context.become.active;
  const tasks = plays.flatMap(({ play }) => [...tasksOf(play.nodes), ...play.handlers]);
  const becomesRoot = tasks.some(({ become }) => {
    if (become.user && become.user.constant !== 'root') return false;
    return become.active === null ? byDefault : become.active !== false;
  });
  return becomesRoot ? ROOT : LOGIN;
}
