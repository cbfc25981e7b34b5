import { type Context, createContext, Script } from 'node:vm';

/** How long one `matches` may take, in milliseconds. A busy machine may keep the first try from its time: the last decides. */
const LIMITS: readonly number[] = [100, 500];

const TEST = new Script('new RegExp(pattern).test(text)');

let sandbox: (Context & { pattern?: string; text?: string }) | undefined;

/**
 * `text.matches(pattern)`, anywhere in the text. JavaScript's engine backtracks, so that `^(a+)+$` can take for ever;
 * no look at a pattern tells all such apart from the rest (`a*a*a*b` is slow without any nesting). So each match runs
 * under the clock of node:vm, which can stop a running match; it costs 0.07 ms. Null: it was stopped, or the
 * engine's stack did not suffice, as for `^(a|b)*$` on ten million characters.
 */
export function boundedMatch(text: string, pattern: string, limits = LIMITS): boolean | null {
  for (const limit of limits) {
    const verdict = matchWithin(text, pattern, limit);
    if (verdict !== null) return verdict;
  }
  return null;
}

function matchWithin(text: string, pattern: string, timeout: number): boolean | null {
  sandbox ??= createContext(Object.create(null) as object, {
    codeGeneration: { strings: false, wasm: false },
  });
  sandbox.pattern = pattern;
  sandbox.text = text;
  try {
    return TEST.runInContext(sandbox, { timeout }) as boolean;
  } catch (error) {
    const { code, name } = error as { code?: string; name: string };
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || name === 'RangeError') return null;
    throw error;
  } finally {
    sandbox.text = '';
  }
}

/** Why a pattern can't be used, or null. */
export function patternTrouble(pattern: string): string | null {
  try {
    new RegExp(pattern);
    return null;
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: /, '');
  }
}
