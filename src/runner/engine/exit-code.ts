import type { RecapEvent } from '../contract/event.ts';

/** What a whole run came to, as a number for the shell (DESIGN section 7). */
export function exitCode(
  recap: RecapEvent,
  options: { readonly interrupted: boolean; readonly detailed: boolean },
): number {
  const hosts = Object.values(recap.hosts);
  const any = (state: string) => hosts.some((host) => host.state === state);
  if (options.interrupted) return 130;
  if (any('locked')) return 5;
  if (any('failed')) return 2;
  if (any('unreachable')) return 4;
  const open = hosts.some((host) => host.would_change + host.unknown > 0);
  return recap.check && options.detailed && open ? 3 : 0;
}
