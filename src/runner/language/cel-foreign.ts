import { elsewhere } from './jinja-filters.ts';

/** What people write by habit from Jinja, Python, JavaScript or shell, and whether it stands in this expression. */
interface Habit {
  readonly pattern: RegExp;
  readonly message: string;
  readonly hint: string;
}

const HABITS: readonly Habit[] = [
  { pattern: /\{\{|\}\}/, message: 'an expression is written without {{ }}', hint: 'take the braces away' },
  { pattern: /\{%/, message: 'an expression is written without {% %}', hint: 'take them away' },
  {
    pattern: /\bis\s+(?:not\s+)?(?:un)?defined\b/,
    message: '"is defined" is has(…) here',
    hint: 'write has(vars.x) for a variable, has(x.y) for a field',
  },
  {
    pattern: /\bis\s+(?:not\s+)?(?:changed|failed|skipped|succeeded|success)\b/,
    message: 'the state of a result is a field of it',
    hint: 'write result.changed, result.failed or result.skipped',
  },
  {
    pattern: /\bis\s+(?:not\s+)?(?:match|search|regex)\b/,
    message: 'a text is compared with a pattern by matches()',
    hint: 'write x.matches("^a")',
  },
  {
    pattern: /\bis\s+(?:not\s+)?version\b/,
    message: 'versions are not compared',
    hint: 'compare numbers: int(x.split(".")[0]) >= 2; ansible_version has major, minor and revision',
  },
  { pattern: /\bis\s+(?:not\s+)?[Nn]one\b/, message: '"is none" is "== null" here', hint: 'write x == null' },
  { pattern: /\bnot\s+in\b/, message: '"not in" is not known here', hint: 'write !(x in list)' },
  { pattern: /\bis\s+(?:not\s+)?in\b/, message: '"is in" is "in" here', hint: 'write x in list' },
  {
    pattern: /\bis\s+(?:not\s+)?(?:exists|file|directory|link|link_exists|mount)\b/,
    message: 'expressions know nothing of files',
    hint: 'ask the host with a stat task that registers, and read found.stat.exists or found.stat.isdir of it',
  },
  {
    pattern: /\bis\s+(?:not\s+)?[a-z]\w*/,
    message: 'tests with "is" are not known here',
    hint: 'compare: x == "a", type(x) == string, x.startsWith("a"), x in list',
  },
  { pattern: /\band\b/, message: '"and" is "&&" here', hint: 'write a && b' },
  { pattern: /\bor\b/, message: '"or" is "||" here', hint: 'write a || b' },
  { pattern: /\bnot\b/, message: '"not" is "!" here', hint: 'write !a, or !(a == b)' },
  { pattern: /===|!==/, message: '"===" is "==" here', hint: 'write a == b' },
  {
    pattern: /~/,
    message: 'texts are joined with "+" here',
    hint: 'write a + "b"; string(n) makes a text of a number',
  },
  { pattern: /<>/, message: '"<>" is "!=" here', hint: 'write a != b' },
  {
    pattern: /(?<!\|)\|(?!\|)/,
    message: 'filters are not known in expressions',
    hint: 'call a function: size(x), x.split(",")',
  },
  { pattern: /(?<![=!<>])=(?!=)/, message: '"=" is "==" here', hint: 'write a == b' },
  { pattern: /(?<!&)&(?!&)/, message: '"&" is "&&" here', hint: 'write a && b' },
  {
    pattern: /\bif\b.*\belse\b/,
    message: '"a if b else c" is "b ? a : c" here',
    hint: 'write test ? yes : no',
  },
  { pattern: /`/, message: 'a text stands in double or single quotes', hint: 'write "text"' },
  { pattern: /\.\s*[\d[]/, message: 'an item is taken with square brackets', hint: 'write list[0]' },
];

export interface ForeignExpression {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint: string;
}

/** The first habit in an expression that can't be parsed. `parses` says whether a rewritten one is CEL. */
export function foreignExpression(text: string, parses: (text: string) => boolean): ForeignExpression | null {
  const bare = masked(text);
  for (const { pattern, message, hint } of HABITS) {
    const match = pattern.exec(bare);
    if (!match) continue;
    const ours = text.length <= 500 ? rewritten(text, bare) : null;
    const written = ours !== null && ours !== text && parses(ours) ? `write ${inYaml(ours)}` : undefined;
    return {
      start: match.index,
      end: match.index + match[0].length,
      message,
      hint: written ?? filterHint(bare.slice(match.index)) ?? hint,
    };
  }
  return null;
}

/** `rest`: from the `|` on. */
function filterHint(rest: string): string | undefined {
  const [, name] = /^\|\s*(?:ansible\.builtin\.)?([a-z_][\w.]*)/.exec(rest) ?? [];
  if (name === undefined) return undefined;
  const some =
    'size(x), x.split(","), x.replace("a", "b"), x.matches("^a"), x.map(i, i.name), x.filter(i, i > 1)';
  return elsewhere(name) ?? `no function does what ${name} does: there are ${some} and others`;
}

/** In quotes where YAML would take it for something else: what begins with `!` is a tag to it. */
export function inYaml(text: string): string {
  if (!/^[!&*{}[\]|>@`"'%#,?-]|:\s|\s#/.test(text)) return text;
  if (!text.includes("'")) return `'${text}'`;
  return /["\\]/.test(text) ? text : `"${text}"`;
}

/** The text with everything in quotes blanked, character for character. */
function masked(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, (quoted) => '\0'.repeat(quoted.length));
}

const OPERAND = '[\\w.\\0]+(?:\\[[\\w\\0]+\\])?';
/** What a filter stands behind: a name, or calls of it that earlier filters have become; or a part of one. */
const CALLED = `(?:[\\w.]+(?:\\([^()]*\\)[\\w.]*)+|${OPERAND})`;
/** What is certain to be text, in which Jinja's `in` looks for a part. */
const OUTPUT = '\\w+\\.(?:stdout|stderr|msg|content)\\b(?![.\\[])';

const REWRITES: readonly (readonly [RegExp, string | ((...parts: string[]) => string)])[] = [
  [/\{\{\s*|\s*\}\}/g, ''],
  [new RegExp(`(${OPERAND})\\s+is\\s+defined\\b`, 'g'), (_, name) => presence(name!)],
  [
    new RegExp(`(${OPERAND})\\s+is\\s+(?:not\\s+defined|undefined)\\b`, 'g'),
    (_, name) => `!${presence(name!)}`,
  ],
  [new RegExp(`(${OPERAND})\\s+is\\s+(changed|failed|skipped)\\b`, 'g'), '$1.$2'],
  [new RegExp(`(${OPERAND})\\s+is\\s+not\\s+(changed|failed|skipped)\\b`, 'g'), '!$1.$2'],
  [new RegExp(`(${OPERAND})\\s+is\\s+succe(?:eded|ss)\\b`, 'g'), '!$1.failed'],
  [new RegExp(`(${OPERAND})\\s+is\\s+none\\b`, 'gi'), '$1 == null'],
  [new RegExp(`(${OPERAND})\\s+is\\s+not\\s+none\\b`, 'gi'), '$1 != null'],
  [new RegExp(`(${OPERAND})\\s+is\\s+(?:match|search|regex)\\s*\\((\\0)\\)`, 'g'), '$1.matches($2)'],
  [new RegExp(`(${OPERAND})\\s+is\\s+not\\s+(?:match|search|regex)\\s*\\((\\0)\\)`, 'g'), '!$1.matches($2)'],
  [new RegExp(`(${OPERAND})\\s+is\\s+not\\s+in\\s+(${OPERAND}|\\[[^\\[\\]]*\\])`, 'g'), '!($1 in $2)'],
  [/\bis\s+in\b/g, 'in'],
  [new RegExp(`(\\0)\\s+not\\s+in\\s+(${OUTPUT})`, 'g'), '!$2.contains($1)'],
  [new RegExp(`(\\0)\\s+in\\s+(${OUTPUT})`, 'g'), '$2.contains($1)'],
  [new RegExp(`(${OPERAND})\\s+not\\s+in\\s+(${OPERAND}|\\[[^\\[\\]]*\\])`, 'g'), '!($1 in $2)'],
  [/\|\s*ansible\.builtin\./g, '| '],
  [/\s*\|\s*(?:list|mandatory|flatten\s*\(\s*\))(?![\w(])/g, ''],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*selectattr\\s*\\((\\0)\\)`, 'g'), '$1.filter(x, x[$2])'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*rejectattr\\s*\\((\\0)\\)`, 'g'), '$1.filter(x, !x[$2])'],
  [new RegExp(`(${CALLED})\\s*\\|\\s*map\\s*\\(\\s*attribute\\s*=\\s*(\\0)\\s*\\)`, 'g'), '$1.map(x, x[$2])'],
  [new RegExp(`(${CALLED})\\s*\\|\\s*(?:length|count)\\b`, 'g'), 'size($1)'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*bool\\b`, 'g'), '$1'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*first\\b`, 'g'), '$1[0]'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*(changed|failed|skipped)\\b`, 'g'), '$1.$2'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*succe(?:eded|ss)\\b`, 'g'), '!$1.failed'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*(int|string)\\b`, 'g'), '$2($1)'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*float\\b`, 'g'), 'double($1)'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*lower\\b`, 'g'), '$1.lowerAscii()'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*upper\\b`, 'g'), '$1.upperAscii()'],
  [
    new RegExp(`(${OPERAND})\\s*\\|\\s*d(?:efault)?\\s*\\(\\s*(${OPERAND})\\s*(?:,\\s*[Tt]rue\\s*)?\\)`, 'g'),
    (_, name, otherwise) => `(${presence(name!)} ? ${name} : ${otherwise})`,
  ],
  [new RegExp(`(${OPERAND})\\s+is\\s+(?:sameas\\s+)?true\\b`, 'gi'), '$1'],
  [new RegExp(`(${OPERAND})\\s+is\\s+(?:sameas\\s+)?false\\b`, 'gi'), '!$1'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*trim\\b`, 'g'), '$1.trim()'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*last\\b`, 'g'), '$1[size($1) - 1]'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*(join|split)\\s*\\((\\0)\\)`, 'g'), '$1.$2($3)'],
  [new RegExp(`(${CALLED})\\s*\\|\\s*replace\\s*\\((\\0,\\s*\\0)\\)`, 'g'), '$1.replace($2)'],
  [
    new RegExp(`(${OPERAND})\\s*\\|\\s*ternary\\s*\\(\\s*(${OPERAND})\\s*,\\s*(${OPERAND})\\s*\\)`, 'g'),
    '($1 ? $2 : $3)',
  ],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*union\\s*\\((${OPERAND})\\)`, 'g'), '($1 + $2)'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*intersect\\s*\\((${OPERAND})\\)`, 'g'), '$1.filter(x, x in $2)'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*difference\\s*\\((${OPERAND})\\)`, 'g'), '$1.filter(x, !(x in $2))'],
  [/([\w.]+)\s*\|\s*dict2items\b/g, '$1.map(k, {"key": k, "value": $1[k]})'],
  [new RegExp(`(${OPERAND})\\s*\\|\\s*regex_search\\s*\\((\\0)\\)`, 'g'), '$1.matches($2)'],
  [/\.startswith\(/g, '.startsWith('],
  [/\.endswith\(/g, '.endsWith('],
  [/\.strip\(\)/g, '.trim()'],
  [/\.(lower|upper)\(\)/g, '.$1Ascii()'],
  [new RegExp(`(${OPERAND})\\.find\\((\\0)\\)\\s*(?:!=|>)\\s*-1`, 'g'), '$1.contains($2)'],
  [new RegExp(`(${OPERAND})\\.find\\((\\0)\\)\\s*==\\s*-1`, 'g'), '!$1.contains($2)'],
  [/(?<=[\w\0\])])\s*~\s*(?=[\w\0(])/g, ' + '],
  [/\s*\.\s*(?=\[)/g, ''],
  [/\)\s*\|\s*bool\b/g, ')'],
  [/\band\b/g, '&&'],
  [/\bor\b/g, '||'],
  [new RegExp(`\\bnot\\s+(${OPERAND}(?:\\([^()]*\\))?)(?=\\s*(?:$|&&|\\|\\||\\)))`, 'g'), '!$1'],
  [/\bnot\s+(?=\()/g, '!'],
  [new RegExp(`\\bnot\\s+(${OPERAND}\\s*(?:==|!=|<=?|>=?)\\s*${OPERAND})`, 'g'), '!($1)'],
  [/===/g, '=='],
  [/!==/g, '!='],
  [/<>/g, '!='],
  [/(?<![=!<>])=(?!=)/g, '=='],
  [/\bTrue\b/g, 'true'],
  [/\bFalse\b/g, 'false'],
  [/\bNone\b/g, 'null'],
];

/** The whole expression in CEL's words, as far as these rules go. Quoted texts pass through untouched. */
function rewritten(text: string, bare: string): string | null {
  const quoted: string[] = [];
  for (const run of bare.matchAll(/\0+/g)) quoted.push(text.slice(run.index, run.index + run[0].length));
  let ours = bare.replace(/\0+/g, '\0');
  for (const [pattern, by] of REWRITES) ours = ours.replace(pattern, by as string);
  if ((ours.match(/\0/g) ?? []).length !== quoted.length) return null;
  return ours.replace(/\0/g, () => quoted.shift()!).trim();
}

/** Each result says whether it was changed, failed or skipped: Jinja asks whether the field is there. */
function presence(name: string): string {
  if (/\.(?:changed|failed|skipped)$/.test(name)) return name;
  return name.includes('.') ? `has(${name})` : `has(vars.${name})`;
}
