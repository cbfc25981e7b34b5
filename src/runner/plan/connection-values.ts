import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import type { WrittenVariable } from '../language/inventory-draft.ts';
import type { Scope, Variable } from '../language/model.ts';
import { fault, type Span } from '../language/source.ts';
import { didYouMean } from '../language/suggest.ts';

/** A scope that may know where a variable was written. */
export interface ConnectionScope extends Scope {
  origin?(name: string): Variable | undefined;
}

/** A connection variable that is set, and its value. */
interface Found {
  readonly name: string;
  readonly value: Json;
}

/** Reads connection variables of one host and collects what is wrong with them. Secret values are never shown. */
export class ConnectionValues {
  readonly diagnostics: Diagnostic[] = [];
  private readonly scope: ConnectionScope;

  constructor(scope: ConnectionScope) {
    this.scope = scope;
  }

  /** A text that is not empty and holds no line break. */
  text(names: readonly string[], secret = false): string | undefined {
    const found = this.find(names);
    if (!found) return undefined;
    const { name, value } = found;
    if (typeof value !== 'string') {
      const hint = typeof value === 'number' && !secret ? `quote it: ${name}: "${value}"` : undefined;
      return this.refuse(name, `${name} must be a text, not ${kindOf(value)}`, hint);
    }
    if (value === '') return this.refuse(name, `${name} is empty`, 'remove it, or give it a value');
    if (/[\0\r\n]/.test(value)) return this.refuse(name, `${name} must be one line`);
    return value;
  }

  /** A path, and the variable that names it. */
  named(names: readonly string[]): { readonly path: string; readonly from: string } | undefined {
    const path = this.text(names);
    return path === undefined ? undefined : { path, from: this.find(names)!.name };
  }

  /** Options for a command line; they may be empty. */
  args(name: string): string | undefined {
    return this.find([name])?.value === '' ? '' : this.text([name]);
  }

  /** A host or user name: goes where ssh could take it for an option. */
  name(names: readonly string[]): string | undefined {
    const value = this.text(names);
    if (value === undefined || !/^-|\s/.test(value)) return value;
    const { name } = this.find(names)!;
    return this.refuse(name, `${name} is ${JSON.stringify(value)}: it must not begin with - or hold a blank`);
  }

  /** A whole number, or a text of digits (as `-e` gives it). */
  whole(names: readonly string[], least: number, most: number): number | undefined {
    const found = this.find(names);
    if (!found) return undefined;
    const number = wholeNumber(found.value);
    if (number !== undefined && number >= least && number <= most) return number;
    const shown = typeof found.value === 'object' ? kindOf(found.value) : JSON.stringify(found.value);
    return this.refuse(
      found.name,
      `${found.name} must be a whole number from ${least} to ${most}, not ${shown}`,
    );
  }

  boolean(names: readonly string[]): boolean | undefined {
    const found = this.find(names);
    if (!found) return undefined;
    const { name, value } = found;
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    return this.refuse(name, `${name} must be true or false, not ${shownBoolean(value)}`, booleanHint(value));
  }

  /** One of several words; `shown` are those that a hint names. */
  oneOf(names: readonly string[], words: readonly string[], shown = words): string | undefined {
    const value = this.text(names);
    if (value === undefined || words.includes(value)) return value;
    const { name } = this.find(names)!;
    const hint = didYouMean(value, shown) ?? `it can be ${shown.join(' or ')}`;
    return this.refuse(name, `${name} can't be ${JSON.stringify(value)}`, hint);
  }

  /** Notes what is wrong with a variable; undefined, for callers that return at once. */
  refuse(name: string, message: string, hint?: string): undefined {
    const variable = this.scope.origin?.(name);
    const span = variable && spanOf(variable);
    if (span) this.diagnostics.push(fault(span, 'bad-connection', message, hint));
    else {
      const at = variable?.at;
      this.diagnostics.push({
        code: 'bad-connection',
        message,
        ...(at ? { at } : {}),
        ...(hint ? { hint } : {}),
      });
    }
    return undefined;
  }

  /** The first of the names that is set to something. */
  private find(names: readonly string[]): Found | undefined {
    for (const name of names) {
      const evaluated = this.scope.get(name);
      if (evaluated === undefined) continue;
      if (evaluated.kind === 'value') {
        if (evaluated.value !== null) return { name, value: evaluated.value };
      } else if (evaluated.kind === 'fault') {
        this.diagnostics.push(evaluated.diagnostic);
        return undefined;
      } else {
        this.refuse(name, `${name} must be known before connecting, and is not: ${evaluated.because}`);
        return undefined;
      }
    }
    return undefined;
  }
}

function wholeNumber(value: Json): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return `a ${typeof value}`;
}

function shownBoolean(value: Json): string {
  return typeof value === 'object' ? kindOf(value) : JSON.stringify(value);
}

function booleanHint(value: Json): string | undefined {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (['yes', 'on', 'y'].includes(word)) return 'write true';
  return ['no', 'off', 'n'].includes(word) ? 'write false' : undefined;
}

function spanOf(variable: Variable): Span | undefined {
  const { node, value } = variable as Variable & Partial<WrittenVariable> & { value: { span?: Span } };
  return node?.span ?? (typeof value.span === 'object' ? value.span : undefined);
}
