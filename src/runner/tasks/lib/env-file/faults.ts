import { LONGEST_LINE } from '../docker/env.ts';
import { didYouMean } from '../suggest.ts';
import { type Line, variablesOf } from './lines.ts';

/** A fault of what was declared; never with a value in it. */
export interface Fault {
  readonly what: string;
  readonly hint?: string;
}

export function faultsOf(lines: readonly Line[]): Fault[] {
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    if (line.kind === 'other') return [];
    if (line.kind === 'fault') {
      return [{ what: `line ${line.number} is neither NAME=value nor a comment`, hint: 'write NAME=value' }];
    }
    const fault = seen.has(line.name) ? { what: `${line.name} is there twice` } : faultOf(line);
    seen.add(line.name);
    return fault ? [fault] : [];
  });
}

function faultOf({ name, value }: { readonly name: string; readonly value: string }): Fault | null {
  if (!/^[^\s=#\0][^\s=\0]*$/.test(name)) {
    return {
      what: `${JSON.stringify(name)} is no name of a variable`,
      hint: 'no blanks, no `=`, no `export`',
    };
  }
  if (/[\n\r]/.test(value)) return { what: `${name} holds a line break`, hint: 'mount it as a file instead' };
  if (value.includes('\0')) return { what: `${name} holds a NUL character` };
  if (/^\s|\s$/.test(value)) return { what: `${name} begins or ends with a blank` };
  if (/^(["']).*\1$/.test(value) && value.length > 1) {
    return {
      what: `${name} is in quotes, which docker takes for a part of the value`,
      hint: 'leave the quotes out: blanks, `$` and `#` need none',
    };
  }
  if (/replace-me/i.test(value)) return { what: `${name} was not filled in (replace-me)` };
  if (Buffer.byteLength(value) >= LONGEST_LINE) {
    return { what: `${name} has more than ${LONGEST_LINE} bytes`, hint: 'mount it as a file instead' };
  }
  return null;
}

/** Variables that must be there with a value. */
export function missing(lines: readonly Line[], required: readonly string[]): Fault[] {
  const variables = variablesOf(lines);
  return required.flatMap((name): Fault[] => {
    const value = variables.get(name);
    if (value === undefined)
      return [{ what: `${name} is required and not declared`, ...near(name, variables) }];
    return value === '' ? [{ what: `${name} is required and empty` }] : [];
  });
}

export function unknownSecrets(lines: readonly Line[], secret: readonly string[]): Fault[] {
  const variables = variablesOf(lines);
  return secret
    .filter((name) => !variables.has(name))
    .map((name) => ({ what: `secret names ${name}, which is not declared`, ...near(name, variables) }));
}

function near(name: string, variables: ReadonlyMap<string, string>): { hint?: string } {
  const hint = didYouMean(name, variables.keys());
  return hint === undefined ? {} : { hint };
}
