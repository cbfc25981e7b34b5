import type { ASTNode } from '@marcbachmann/cel-js';
import type { Json } from '../contract/json.ts';
import { ALL } from './cel-names.ts';
import { magicHint } from './magic.ts';
import { explainMissing } from './missing.ts';
import type { Scope } from './model.ts';
import { didYouMean } from './suggest.ts';
import { field } from './values.ts';

/** The library's codes for something that isn't there. */
const MISSING = new Set(['unknown_variable', 'no_such_key', 'index_out_of_bounds']);

const LITERALS: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  yes: 'true',
  no: 'false',
};

export interface Missing {
  readonly code: 'undefined-variable' | 'undefined-field';
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Null where the error is of another kind. `text` is the whole expression. */
export function explainGap(
  code: string,
  node: ASTNode | undefined,
  text: string,
  scope: Scope,
): Missing | null {
  if (!MISSING.has(code) || !node) return null;
  if (node.op === 'id') return noVariable(node.args.trimEnd(), scope);
  if (node.op !== '.' && node.op !== '[]') return null;
  const of = node.args[0];
  const key = keyOf(node);
  if (of.op === 'id' && of.args === ALL && key !== null) return noVariable(key, scope);
  const path = text.slice(of.start, of.end);
  if (node.op === '[]' && /^\[\s*-\s*\d+\s*\]$/.test(text.slice(of.end, node.end)))
    return {
      code: 'undefined-field',
      message: 'items are counted from the beginning',
      hint: `write ${path}[size(${path}) - ${text.slice(of.end, node.end).replace(/\D/g, '')}]`,
    };
  const container = valueAt(of, scope);
  if (key === null || container === undefined)
    return { code: 'undefined-field', message: `"${path}" has no such field or item` };
  return { code: 'undefined-field', ...explainMissing(container, key, path) };
}

function noVariable(name: string, scope: Scope): Missing {
  const literal = LITERALS[name];
  const hint = literal ? `write ${literal}` : (magicHint(name) ?? didYouMean(name, scope.names()));
  return { code: 'undefined-variable', message: `there is no variable called "${name}"`, hint };
}

/** The field or item that is asked for, where it is written out. */
function keyOf(node: Extract<ASTNode, { op: '.' | '[]' }>): string | null {
  const key = node.args[1];
  if (typeof key === 'string') return key;
  return key.op === 'value' && (typeof key.args === 'string' || typeof key.args === 'bigint')
    ? String(key.args)
    : null;
}

/** The value of a plain path (`a.b[0]`); undefined for anything else. */
function valueAt(node: ASTNode, scope: Scope): Json | undefined {
  if (node.op === 'id') {
    const found = scope.get(node.args.trimEnd());
    return found?.kind === 'value' ? found.value : undefined;
  }
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const key = keyOf(node);
  if (key === null) return undefined;
  const of = node.args[0];
  if (of.op === 'id' && of.args === ALL) {
    const found = scope.get(key);
    return found?.kind === 'value' ? found.value : undefined;
  }
  const container = valueAt(of, scope);
  return container === undefined ? undefined : field(container, key);
}
