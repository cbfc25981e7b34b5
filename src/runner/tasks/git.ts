import { text } from '../contract/exchange.ts';
import { stateTask } from '../contract/task-type.ts';
import { first, readRecords } from './lib/accounts/records.ts';
import { ancestors } from './lib/files/paths.ts';
import { applyCheckout } from './lib/git/apply.ts';
import { decideCheckout } from './lib/git/decide.ts';
import { desireCheckout, GIT_SCHEMA } from './lib/git/desired.ts';
import { gitTrouble } from './lib/git/explain.ts';
import type { CheckoutNow } from './lib/git/facts.ts';
import { probeCheckout } from './lib/git/probe.ts';
import { mustHave, readCheckout, targetOf } from './lib/git/read.ts';

export default stateTask({
  name: 'git',
  schema: GIT_SCHEMA,
  fields: {
    dest: { type: 'string', description: 'The directory of the checkout.' },
    before: { type: ['string', 'null'], description: 'The full commit that was checked out.' },
    after: {
      type: ['string', 'null'],
      description: 'The full commit that is; null in a dry run if only fetching it could tell.',
    },
  },
  desire: desireCheckout,
  probe: probeCheckout,
  read: readCheckout,
  decide: decideCheckout,
  apply: applyCheckout,
  explain: (reply, checkout) => gitTrouble(reply, checkout),

  result(checkout, now, delta, reply) {
    const { dest } = checkout;
    if (delta === null) return { dest, before: now.head, after: now.head };
    const made = reply && first(readRecords(text(reply.out)), 'head');
    return { dest, before: now.head, after: made ?? mustHave(targetOf(now, checkout)) };
  },
  predict: (_, { dest }, now) => ({
    ...Object.fromEntries(
      madeAbove(dest, now).map((path) => [`path:${path}`, { kind: 'directory', fresh: true }]),
    ),
    [`path:${dest}`]: { kind: 'directory', contents: 'unknown' },
  }),
  looksAt: ({ dest }) => [`tree:${dest}`, 'link:'],
  mayAlter: (checkout, now) => {
    const above = checkout && now ? madeAbove(checkout.dest, now) : [];
    return [...above, checkout?.dest ?? ''].map((path) => `path:${path}`).concat('link:');
  },
});

/** The directories that would be made so that the checkout has a place. */
function madeAbove(dest: string, { nearest }: Pick<CheckoutNow, 'nearest'>): string[] {
  const isMade = (path: string) => path.length > (nearest === '/' ? 1 : (nearest ?? path).length);
  return ancestors(dest).filter(isMade);
}
