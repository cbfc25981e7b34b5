import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js';
import { boundedMatch, patternTrouble } from './cel-regex.ts';

/** The name under which our `matches` stands in for the library's, which is not bounded and can't be replaced. */
export const BOUNDED_MATCHES = 'matches_bounded';

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/**
 * CEL as the spec has it, and: whole numbers and fractions mix (YAML tells `1` and `1.0` apart only by chance), lists
 * and maps may hold several types, `matches` ends in time, `replace` exists.
 */
export const environment: Environment = withOurs(
  new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2000, maxDepth: 60 },
  }),
);

function withOurs(env: Environment): Environment {
  env.registerOperator('int == double', (a: bigint, b: number) => Number(a) === b);
  for (const [op, work] of Object.entries(ARITHMETIC)) {
    env.registerOperator(`int ${op} double: double`, (a: bigint, b: number) => work(Number(a), b));
    env.registerOperator(`double ${op} int: double`, (a: number, b: bigint) => work(a, Number(b)));
  }
  env.registerFunction(`string.${BOUNDED_MATCHES}(string): bool`, { handler: matches, async: false });
  env.registerFunction('string.replace(string, string): string', {
    handler: (text: string, from: string, to: string) =>
      from === '' ? text : text.replaceAll(from, () => to),
    async: false,
  });
  return env;
}

function matches(text: string, pattern: string): boolean {
  const trouble = patternTrouble(pattern);
  if (trouble !== null) {
    throw new EvaluationError({
      code: 'invalid_regular_expression',
      message: `the pattern can't be read: ${trouble}`,
    });
  }
  const verdict = boundedMatch(text, pattern);
  if (verdict !== null) return verdict;
  throw new EvaluationError({ code: 'slow_pattern', message: 'the pattern takes too long on this text' });
}

/** Functions and methods by name, for "did you mean". */
export function functionNames(): ReadonlySet<string> {
  const names = environment.getDefinitions().functions.map(({ name }) => name);
  return new Set(names.filter((name) => name !== BOUNDED_MATCHES));
}

export type { ASTNode };
