import type { Json } from '../contract/json.ts';
import { kindOf, Misuse } from './values.ts';

/** What may stand in `{{ … }}` beside variables: `{{ join hosts "," }}`, `{{#if (eq env "prod")}}`. */
export type Helper = EagerHelper | LazyHelper;

interface Described {
  readonly name: string;
  /** One sentence, for `mama-play doc`. */
  readonly description: string;
  /** How it is called, without the braces. An argument in brackets may be left out, `…` repeats. */
  readonly usage: string;
  readonly min: number;
  readonly max: number;
  /** Names that may be given as `name=value`. */
  readonly options?: readonly string[];
}

export interface EagerHelper extends Described {
  readonly kind: 'eager';
  run(args: readonly Json[], options: Readonly<Record<string, Json>>): Json | Misuse;
}

/** Decides itself which arguments are looked at. */
export interface LazyHelper extends Described {
  readonly kind: 'lazy';
  /** The first argument may be undefined, and names in it need not be defined. */
  readonly maybe?: true;
  run(args: readonly Argument[]): Json | Misuse;
}

export interface Argument {
  /** The value; what is undefined ends the rendering with a fault. */
  get(): Json;
  /** The value, or undefined where there is none. */
  peek(): Json | undefined;
}

export function eager(
  name: string,
  usage: string,
  min: number,
  max: number,
  description: string,
  run: EagerHelper['run'],
  options?: readonly string[],
): Helper {
  return { kind: 'eager', name, usage, min, max, description, run, ...(options ? { options } : {}) };
}

export function lazy(
  name: string,
  usage: string,
  min: number,
  max: number,
  description: string,
  how: Pick<LazyHelper, 'run' | 'maybe'>,
): Helper {
  return { kind: 'lazy', name, usage, min, max, description, ...how };
}

/** A helper on texts; numbers and booleans are taken as they are printed. */
export function text(
  name: string,
  usage: string,
  min: number,
  max: number,
  description: string,
  run: (args: readonly string[]) => Json | Misuse,
): Helper {
  return eager(name, usage, min, max, description, (args) => {
    const texts: string[] = [];
    for (const arg of args) {
      if (arg === null || typeof arg === 'object') {
        return new Misuse(`"${name}" takes text, not ${kindOf(arg)}`);
      }
      texts.push(String(arg));
    }
    return run(texts);
  });
}
