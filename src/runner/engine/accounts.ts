import { EVERYTHING } from '../contract/task-type.ts';
import type { HostWork } from '../plan/prepare.ts';

/** May its change alter who is a user of the machine, or what groups he is in? */
export function altersAccounts({ type, desired }: HostWork): boolean {
  if (type.kind === 'query') return false;
  const areas = type.mayAlter?.(desired) ?? EVERYTHING;
  return areas.some((area) => area === '*' || /^(?:user|group):/.test(area));
}
