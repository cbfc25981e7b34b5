import type { ASTNode } from '@marcbachmann/cel-js';

/** What the library hangs on a `has(…)` node: its expander's answer (see its `registerFunction`, "Macro function"). */
interface Macro {
  evaluate(
    evaluator: { run(node: ASTNode, context: unknown): unknown },
    macro: Macro,
    context: unknown,
  ): unknown;
  typeCheck(checker: Checker, macro: Macro, context: unknown): unknown;
}

interface Checker {
  check(node: ASTNode, context: unknown): unknown;
  getType(name: string): unknown;
}

/**
 * Make `has(a.b.c)` answer false for any gap on the way. CEL's own raises an error if `a.b` is missing, which would
 * make `has(vars.x.y)` useless for a variable that may not exist. In front of the fields there may be anything, as in
 * CEL, and not only a name: `has(list[0].name)`.
 */
export function lenient(call: ASTNode): void {
  const { macro } = (call as unknown as { meta: { macro?: Macro } }).meta;
  if (!macro) return;
  const keys: string[] = [];
  let node = (call.args as unknown as [string, ASTNode[]])[1][0]!;
  for (; node.op === '.'; node = node.args[0]) keys.unshift(node.args[1]);
  if (keys.length === 0) return;
  macro.typeCheck = (checker, _, context) => {
    checker.check(node, context);
    return checker.getType('bool');
  };
  macro.evaluate = (evaluator, _, context) => {
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
