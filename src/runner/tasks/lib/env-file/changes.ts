import type { Change } from '../../../contract/delta.ts';
import { looksSecret } from '../docker/env.ts';
import { readLines, variablesOf } from './lines.ts';

type Secret = (name: string) => boolean;

/** Variable by variable what differs. What is secret, or was under a name that sounds so, is not shown. */
export function variableChanges(now: string, wanted: string, secret: Secret): Record<string, Change> {
  const [before, after] = [variablesOf(readLines(now)), variablesOf(readLines(wanted))];
  const changes: Record<string, Change> = {};
  for (const name of new Set([...after.keys(), ...before.keys()])) {
    const [from, to] = [before.get(name), after.get(name)];
    if (from !== to) changes[`env.${name}`] = shown(from, to, secret(name) || looksSecret(name));
  }
  if (Object.keys(changes).length > 0) return changes;
  return { content: { from: 'the same variables, written otherwise', to: 'as declared' } };
}

function shown(from: string | undefined, to: string | undefined, secret: boolean): Change {
  if (!secret) return { from: from ?? null, to: to ?? null };
  return {
    from: from === undefined ? null : '(not shown)',
    to: to === undefined ? null : from === undefined ? '(not shown)' : '(another value, not shown)',
  };
}
