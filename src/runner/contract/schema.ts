import type { Json, JsonObject } from './json.ts';

type TypeName = 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'array' | 'object';

/**
 * The part of JSON Schema (draft-07) that declares a task's parameters, and our own words after it. The schema is
 * the one declaration: types, validation, documentation and editor help are derived from it.
 */
export interface ParamSchema {
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly ParamSchema[];
  readonly items?: ParamSchema;
  readonly properties?: { readonly [name: string]: ParamSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ParamSchema;
  readonly default?: Json;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly examples?: readonly Json[];
  /** Required for every property: one sentence for `mama-play doc`. */
  readonly description?: string;
  /** The text is a CEL expression (or a list of them); the task receives a `CelValue` for each. */
  readonly cel?: true;
  /** The value never appears in output, whatever `-v` says. */
  readonly secret?: true;
  /** Names something on the controller that must exist before a host is touched: where it is looked for. */
  readonly source?: 'files' | 'templates';
  /** The parameter which, when true, makes it name something on the host instead. */
  readonly sourceUnless?: string;
  /** Ansible's other names for the same parameter, accepted as well. */
  readonly aliases?: readonly string[];
}

/** Parameters of a task type: always an object that knows its properties. */
export interface ParamsSchema extends ParamSchema {
  readonly type: 'object';
  readonly description: string;
  readonly properties: { readonly [name: string]: ParamSchema };
  readonly additionalProperties: boolean;
  /** Lists of parameters of which exactly one must be given. */
  readonly exactlyOne?: readonly (readonly string[])[];
}

/** Our own words, which a JSON Schema validator must be told to ignore. */
export const OUR_KEYWORDS = ['cel', 'secret', 'source', 'sourceUnless', 'aliases', 'exactlyOne'] as const;

/** An evaluated `cel` parameter: the expression as written, and its value. */
export interface CelValue {
  readonly expr: string;
  readonly value: Json;
}

/** The TypeScript type of a schema written `as const`. A property with a `default` is always there. */
export type Infer<S> = S extends { cel: true }
  ? S extends { type: 'array' }
    ? readonly CelValue[]
    : S extends { type: readonly unknown[] }
      ? CelValue | readonly CelValue[]
      : CelValue
  : S extends { enum: readonly (infer E)[] }
    ? E
    : S extends { anyOf: readonly (infer A)[] }
      ? Infer<A>
      : S extends { type: readonly (infer T)[] }
        ? OfType<T, S>
        : S extends { type: infer T }
          ? OfType<T, S>
          : Json;

type OfType<T, S> = T extends 'string'
  ? string
  : T extends 'integer' | 'number'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends 'null'
        ? null
        : T extends 'array'
          ? S extends { items: infer I }
            ? readonly Infer<I>[]
            : readonly Json[]
          : T extends 'object'
            ? OfObject<S>
            : never;

type OfObject<S> = S extends { properties: infer P }
  ? { readonly [K in Sure<P, S>]: Infer<P[K]> } & {
      readonly [K in Exclude<keyof P, Sure<P, S>>]?: Infer<P[K]>;
    }
  : S extends { additionalProperties: infer V extends ParamSchema }
    ? { readonly [key: string]: Infer<V> }
    : JsonObject;

type Sure<P, S> =
  | { [K in keyof P]: P[K] extends { default: unknown } ? K : never }[keyof P]
  | (S extends { required: readonly (infer R)[] } ? Extract<R, keyof P> : never);
