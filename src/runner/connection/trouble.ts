import type { Trouble } from '../contract/exchange.ts';

export function trouble(kind: Trouble['trouble'], message: string, hint?: string): Trouble {
  return hint === undefined
    ? { kind: 'trouble', trouble: kind, message }
    : { kind: 'trouble', trouble: kind, message, hint };
}
