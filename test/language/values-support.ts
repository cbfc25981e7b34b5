import type { Diagnostic } from '../../src/runner/contract/diagnostic.ts';
import type { Json } from '../../src/runner/contract/json.ts';
import type { Evaluated, Scope } from '../../src/runner/language/model.ts';
import { type Source, type Span, source } from '../../src/runner/language/source.ts';
import { parseYaml, type YamlMap, type YamlNode } from '../../src/runner/language/yaml.ts';

/** All that a diagnostic says, with the line and the caret, for comparison to the letter. */
export function shown({ code, at, message, line, width, hint }: Diagnostic): string {
  const place = at ? `${at.line}:${at.column} ` : '';
  const excerpt =
    line === undefined || !at ? [] : [line, `${' '.repeat(at.column - 1)}${'^'.repeat(width ?? 1)}`];
  return [`[${code}] ${place}${message}`, ...excerpt, ...(hint === undefined ? [] : [`-> ${hint}`])].join(
    '\n',
  );
}

export function allShown(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(shown).join('\n');
}

/** What an evaluation came to: the value as JSON, or why there is none. */
export function outcome(result: Evaluated): string {
  if (result.kind === 'fault') return shown(result.diagnostic);
  return result.kind === 'unknown' ? `unknown: ${result.because}` : JSON.stringify(result.value);
}

/** Variables for trials; `unknown` is not known, `broken` a fault, and every name that was asked for is in `asked`. */
export function scopeOf(variables: Readonly<Record<string, Json>>): Scope & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    get(name) {
      asked.push(name);
      if (name === 'unknown') return { kind: 'unknown', because: 'it is not made yet' };
      if (name === 'broken')
        return { kind: 'fault', diagnostic: { code: 'undefined-variable', message: 'broken is broken' } };
      return Object.hasOwn(variables, name) ? { kind: 'value', value: variables[name]! } : undefined;
    },
    names: () => Object.keys(variables),
  };
}

export function yamlOf(text: string): YamlNode {
  const { value, diagnostics } = parseYaml('x.yaml', text);
  if (!value || diagnostics.length > 0)
    throw new Error(`the test's own YAML is wrong: ${allShown(diagnostics)}`);
  return value;
}

/** The value of the first entry. */
export function valueIn(text: string): YamlNode {
  return (yamlOf(text) as YamlMap).entries[0]!.value;
}

export function whole(text: string): Span & { readonly source: Source } {
  return { source: source('x', text), start: 0, end: text.length };
}

/** Milliseconds of processor time that the work takes: unlike the clock, it does not count what other processes do. */
export function cost(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/**
 * How many times more processor time eight times the work takes, of three tries each the cheapest: about 8, and 64 where
 * it grows with the square. `size` is so large that the collection of garbage has its share of both.
 */
export function growth(size: number, make: (size: number) => () => void): number {
  const cheapest = (size: number) => Math.min(...[0, 1, 2].map((more) => cost(make(size + more))));
  return cheapest(8 * size) / cheapest(size);
}
