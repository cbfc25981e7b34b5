import type { ASTNode } from '@marcbachmann/cel-js';

/** What the library hangs on a `has(…)` node: its expander's answer (see its `registerFunction`, "Macro function"). */
interface Macro {
  evaluate(
    evaluator: { run(node: ASTNode, context: unknown): unknown },
    macro: Macro,
    context: unknown,
  ): unknown;
}

/**
 * Make `has(a.b.c)` answer false for any gap on the way. CEL's own raises an error if `a.b` is missing, which would
 * make `has(vars.x.y)` useless for a variable that may not exist.
 */
export function lenient(call: ASTNode): void {
  const { macro } = (call as unknown as { meta: { macro?: Macro } }).meta;
  if (!macro) return;
  macro.evaluate = (evaluator, _, context) => {
    const keys: string[] = [];
    let node = (call.args as unknown as [string, ASTNode[]])[1][0]!;
    for (; node.op === '.'; node = node.args[0]) keys.unshift(node.args[1]);
    let value: unknown = evaluator.run(node, context);
    for (const key of keys) {
      value = fieldOf(value, key);
      if (value === undefined) return false;
    }
    return true;
  };
}

function fieldOf(value: unknown, key: string): unknown {
  if (value instanceof Map) return value.get(key);
  const literal = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  return literal ? (value as Record<string, unknown>)[key] : undefined;
}
