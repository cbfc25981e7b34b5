import { closest } from './suggest.ts';

/** What the library says of an error: a stable code, a sentence of its own, the place in the expression. */
export interface CelError {
  readonly code: string;
  readonly summary: string;
  readonly range?: { readonly start: number; readonly end: number };
}

/** A message and a hint in our words. `functions`: names to suggest from. */
export interface Said {
  readonly message: string;
  readonly hint?: string | undefined;
}

type Teller = (parts: RegExpExecArray, stretch: string, functions: ReadonlySet<string>) => Said;

const TOKENS: Readonly<Record<string, string>> = {
  RPAREN: '")"',
  RBRACKET: '"]"',
  RBRACE: '"}"',
  COLON: '":"',
  IDENTIFIER: 'a name',
  COMMA: '","',
};

const CEL_TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  uint: 'a whole number',
  double: 'a number',
  bool: 'true or false',
  null: 'null',
  list: 'a list',
  map: 'a map',
  dyn: 'this',
  type: 'a type',
  bytes: 'bytes',
};

/** A CEL type as a person calls it: `dyn<list<int>>` is a list. */
export function typeName(type: string): string {
  const bare = type.replace(/^dyn<(.*)>$/, '$1').replace(/<.*$/s, '');
  return CEL_TYPES[bare] ?? bare;
}

const TELLERS: Readonly<Record<string, readonly [RegExp, Teller]>> = {
  expected_token: [
    /^Expected (\w+), got (\w+)/,
    ([, wanted, got], stretch) => ({
      message:
        got === 'EOF'
          ? `the expression ends where ${TOKENS[wanted!] ?? 'more'} is missing`
          : `${TOKENS[wanted!] ?? 'something else'} is expected here, not "${stretch}"`,
    }),
  ],
  unexpected_token: [
    /: (\w+)$/,
    ([, got], stretch) => ({
      message: got === 'EOF' ? 'the expression ends too early' : `"${stretch}" is not expected here`,
    }),
  ],
  unexpected_character: [/^/, (_, stretch) => ({ message: `"${stretch}" is not expected here` })],
  unterminated_string: [/^/, () => ({ message: 'a quote is never closed' })],
  newline_in_string: [
    /^/,
    () => ({ message: 'a quoted text goes over the end of its line', hint: 'write \\n' }),
  ],
  invalid_escape_sequence: [
    /: (\\.)/s,
    ([, written]) => ({
      message: `"${written}" is no escape`,
      hint: `write \\${written}, or r"…" around the text`,
    }),
  ],
  reserved_identifier: [
    /: (\w+)/,
    ([, word]) => ({
      message: `"${word}" is a reserved word of CEL`,
      hint: `for a variable write vars["${word}"]`,
    }),
  ],
  limit_exceeded: [/^/, () => ({ message: 'the expression is too large', hint: 'split it into several' })],
  no_such_overload: [
    /: (?:([!-])(\S+)|(.+) (==|!=|<=?|>=?|in|[-+*/%]) (.+))$/,
    ([, unary, operand, left, op, right], stretch) => {
      if (unary === '!') return { message: `"!" takes true or false, not ${typeName(operand!)}` };
      if (unary) return { message: `"-" takes a number, not ${typeName(operand!)}` };
      return overload(left!, op!, right!, stretch);
    },
  ],
  no_matching_overload: [
    /'(?:(\S+?)\.)?([A-Za-z_]\w*)\((.*)\)'$/,
    ([, receiver, name, args], _stretch, functions) => noFunction(receiver, name!, args!, functions),
  ],
  invalid_logical_operand: [
    /got '(.+)'/,
    ([, type]) => ({
      message: `"&&" and "||" take true or false, not ${typeName(type!)}`,
      hint: 'compare it: x == …',
    }),
  ],
  invalid_condition_type: [
    /got '(.+)'/,
    ([, type]) => ({ message: `the test must be true or false, not ${typeName(type!)}` }),
  ],
  incompatible_ternary_branches: [
    /got '(.+)' and '(.+)'/,
    ([, yes, no]) => ({
      message: `"? :" gives ${typeName(yes!)} or ${typeName(no!)}: both must be of one type`,
      hint: 'write dyn(…) around one of them',
    }),
  ],
  invalid_macro_argument: [
    /^(has\(\))?/,
    ([, has]) =>
      has
        ? { message: 'has() takes a field', hint: 'write has(vars.x) for a variable, has(x.y) for a field' }
        : { message: 'the first argument must be a new name', hint: 'write list.exists(item, item == 1)' },
  ],
  cannot_index_type: [/'(.+)'/, ([, type]) => ({ message: `${typeName(type!)} has no fields or items` })],
  invalid_index_type: [
    /got '(.+)'/,
    ([, type]) => ({ message: `an item is counted with a whole number, not ${typeName(type!)}` }),
  ],
  invalid_comprehension_range: [
    /type '(.+?)'/,
    ([, type]) => ({ message: `only a list or a map can be gone through, not ${typeName(type!)}` }),
  ],
  int_conversion_error: [/^/, () => ({ message: 'int() takes a text of digits' })],
  double_conversion_error: [/^/, () => ({ message: 'double() takes a text that is a number' })],
  bool_conversion_error: [/^/, () => ({ message: 'bool() takes "true" or "false"' })],
};

/** `stretch`: the text that the error's range covers. */
export function celMessage(error: CelError, stretch: string, functions: ReadonlySet<string>): Said {
  const [pattern, tell] = TELLERS[error.code] ?? [];
  const parts = pattern?.exec(error.summary);
  if (parts && tell) return tell(parts, stretch, functions);
  return { message: error.summary.charAt(0).toLowerCase() + error.summary.slice(1) };
}

function overload(left: string, op: string, right: string, stretch: string): Said {
  const kinds = [typeName(left), typeName(right)];
  if (op === '+' && kinds.includes('text')) {
    return {
      message: `"+" can't join ${kinds[0]} and ${kinds[1]}`,
      hint: 'write string(x) around what is not text',
    };
  }
  if (op === 'in') {
    const [, part, whole] = /^(\S+)\s+in\s+([\w.]+)$/.exec(stretch) ?? [];
    const ours = part && whole ? `${whole}.contains(${part})` : 'text.contains("part")';
    const hint = kinds[1] === 'text' ? `for a part of a text write ${ours}` : undefined;
    return { message: `"in" looks into a list or a map, not ${kinds[1]}`, hint };
  }
  const chain = /^([\w.]+)\s*(<=?|>=?)\s*([\w.]+)\s*(<=?|>=?)\s*([\w.]+)$/.exec(stretch);
  if (chain) {
    const [, low, first, value, second, high] = chain;
    const hint = `write ${low} ${first} ${value} && ${value} ${second} ${high}`;
    return { message: 'two comparisons are not written in one', hint };
  }
  const verb = ['==', '!=', '<', '<=', '>', '>='].includes(op) ? 'compare' : 'take';
  const numeric = kinds.some((kind) => kind.endsWith('number'));
  const hint = !kinds.includes('text')
    ? undefined
    : numeric
      ? 'write int(x) or string(x) around one of them'
      : kinds.includes('true or false')
        ? 'write x or !x; "true" in quotes is text'
        : undefined;
  return { message: `"${op}" can't ${verb} ${kinds[0]} and ${kinds[1]}`, hint };
}

function noFunction(
  receiver: string | undefined,
  written: string,
  args: string,
  functions: ReadonlySet<string>,
): Said {
  const name = written.replace(/^matches_\w+$/, 'matches');
  if (!functions.has(name)) {
    const near = closest(name, functions);
    const hint = HINTS[name] ?? (near && `did you mean "${near}"?`);
    return { message: `no function is called "${name}"`, hint };
  }
  const types = args === '' ? [] : args.split(/, (?![^<]*>)/).map(typeName);
  if (receiver !== undefined && typeName(receiver) !== 'this') {
    return { message: `${typeName(receiver)} has no ${name}(${types.join(', ')})` };
  }
  return { message: `${name}() can't take (${types.join(', ')})` };
}

/** Functions of Jinja, Python and JavaScript that CEL calls otherwise. */
const HINTS: Readonly<Record<string, string>> = {
  dict2items: `write 'map.map(k, {"key": k, "value": map[k]})'`,
  items: `write 'map.map(k, {"key": k, "value": map[k]})'`,
  keys: 'write map.map(k, k)',
  values: 'write map.map(k, map[k])',
  range: 'write the numbers: [1, 2, 3]',
  defined: 'write has(vars.x)',
  regex_search: 'write x.matches("a")',
  len: 'write size(x)',
  length: 'write size(x)',
  lower: 'write x.lowerAscii()',
  upper: 'write x.upperAscii()',
  get: 'write has(x.key) ? x.key : "otherwise", or x["key"]',
  startswith: 'write x.startsWith("a")',
  endswith: 'write x.endsWith("a")',
  find: 'write x.contains("a")',
  strip: 'write x.trim()',
  includes: 'write x.contains("a"), or "a" in list',
  match: 'write x.matches("^a")',
  search: 'write x.matches("a")',
  any: 'write list.exists(item, item == 1)',
  some: 'write list.exists(item, item == 1)',
  every: 'write list.all(item, item == 1)',
  default: 'write has(vars.x) ? x : "default"',
  lookup: 'files and environment are read by templates and tasks, not by expressions',
};
