import type { HostRecap, RecapEvent } from '../contract/event.ts';
import { Doubts } from './doubts.ts';
import { hostList } from './host-names.ts';
import type { Paint } from './paint.ts';
import { amount, pad, width } from './text.ts';
import { duration, paintStatus } from './words.ts';

/** What is counted of each host, in the order in which it is told. */
export const COUNTS = [
  'ok',
  'changed',
  'would_change',
  'unknown',
  'skipped',
  'failed',
  'rescued',
  'ignored',
  'unreachable',
] as const;
type Count = (typeof COUNTS)[number];

/** One line per host (its counts, its round trips, how it ended) and one or two lines for the run. */
export function recapLines(recap: RecapEvent, paint: Paint, doubts = new Doubts()): string[] {
  const hosts = Object.entries(recap.hosts);
  const columns = COUNTS.filter((count) => isTold(count, recap)).map((count) => ({
    count,
    digits: Math.max(...hosts.map(([, host]) => String(host[count]).length)),
  }));
  const widest = Math.max(...hosts.map(([name]) => width(name)));
  const lines = hosts.map(([name, host]) => {
    const counts = columns.map(({ count, digits }) => countText(count, host[count], digits, paint));
    const end = host.state === 'done' ? '' : `  ${paint.red(host.state)}`;
    const trips = paint.dim(amount(host.round_trips, 'round trip'));
    return `${paintHost(host, paint)(pad(name, widest))}  ${counts.join('  ')}  ${trips}${end}`;
  });
  return [...lines, ...summaryLines(recap, doubts)];
}

/** What the run came to as a whole. */
export function summaryLines(recap: RecapEvent, doubts: Doubts): string[] {
  const run = [duration(recap.elapsed_ms), ...endings(recap)].join('; ');
  return recap.check ? [run, doubts.summary(recap), ...checked(recap)] : [run];
}

function paintHost(host: HostRecap, paint: Paint) {
  if (host.state !== 'done') return paint.red;
  return host.changed + host.would_change + host.unknown > 0 ? paint.yellow : paint.green;
}

/** The three that one always looks for, and whatever occurred somewhere. */
function isTold(count: Count, recap: RecapEvent): boolean {
  if (count === 'ok' || count === 'failed') return true;
  if (count === (recap.check ? 'would_change' : 'changed')) return true;
  return Object.values(recap.hosts).some((host) => host[count] > 0);
}

function countText(count: Count, number: number, digits: number, paint: Paint): string {
  const text = `${count === 'would_change' ? 'would change' : count}=${number}`.padEnd(
    (count === 'would_change' ? 12 : count.length) + 1 + digits,
  );
  return number > 0 ? paintStatus(count === 'rescued' ? 'ok' : count, text, paint) : paint.dim(text);
}

/** Where there are many hosts: how many came through, and the names of those that did not. */
function endings(recap: RecapEvent): string[] {
  const hosts = Object.entries(recap.hosts);
  if (recap.ok || hosts.length < 3) return [];
  const done = hosts.filter(([, host]) => host.state === 'done').length;
  const others = (['failed', 'unreachable', 'locked', 'interrupted'] as const).flatMap((state) => {
    const names = hosts.filter(([, host]) => host.state === state).map(([name]) => name);
    return names.length > 0 ? [`${state}: ${hostList(names)}`] : [];
  });
  return [`${done} of ${amount(hosts.length, 'host')} done`, ...others];
}

/** What a dry run came to. */
function checked(recap: RecapEvent): string[] {
  const hosts = Object.values(recap.hosts);
  const sum = (count: Count) => hosts.reduce((all, host) => all + host[count], 0);
  const [would, unknown, ran] = [sum('would_change'), sum('unknown'), sum('changed')];
  const open = [
    ...(would > 0 ? [`${amount(would, 'task')} would change something`] : []),
    ...(unknown > 0
      ? [`${would > 0 ? unknown : amount(unknown, 'task')} ${unknown === 1 ? 'is' : 'are'} unknown`]
      : []),
  ];
  const on = hosts.filter((host) => host.would_change + host.unknown > 0).length;
  const where = hosts.length > 1 ? ` (${on} of ${amount(hosts.length, 'host')})` : '';
  const outlook = open.length > 0 ? [open.join(', ') + where] : recap.ok ? ['nothing would change'] : [];
  return [`check mode: ${[...outlook, ...truth(ran, open.length === 0 && recap.ok)].join('; ')}`];
}

/** What the dry run did itself: only tasks that say so change anything. */
function truth(ran: number, isSaid: boolean): string[] {
  if (ran > 0)
    return [`${amount(ran, 'task')} with check_mode: false ${ran === 1 ? 'counts' : 'count'} as changed`];
  return isSaid ? [] : ['nothing was changed'];
}
