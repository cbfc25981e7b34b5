import type { Json } from '../contract/json.ts';
import type { Helper } from './helper.ts';
import type { Mistake, Range } from './mistake.ts';

/** A Handlebars text, read: no position in it is a file's, so that equal texts can share one. */
export interface Mustache {
  readonly pieces: readonly Piece[];
  /** Variables that must be defined, and where each is first read. */
  readonly reads: ReadonlyMap<string, Range>;
  /** `reads`, and the names that only `default` or `defined` asks for. */
  readonly mentions: ReadonlyMap<string, Range>;
  readonly mistakes: readonly Mistake[];
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly value: Expr }
  | {
      readonly kind: 'if';
      readonly test: Expr;
      /** `#unless`. */
      readonly inverted: boolean;
      readonly then: readonly Piece[];
      readonly otherwise: readonly Piece[];
    }
  | {
      readonly kind: 'each' | 'with';
      readonly over: Expr;
      /** `as |item index|`. */
      readonly names: readonly string[];
      readonly body: readonly Piece[];
      readonly otherwise: readonly Piece[];
    };

export type Expr =
  | { readonly kind: 'constant'; readonly value: Json; readonly range: Range }
  | {
      readonly kind: 'path';
      readonly base: Base;
      /** Under a `variables` base the first one is the variable's name. */
      readonly keys: readonly string[];
      /** As written. */
      readonly text: string;
      readonly range: Range;
    }
  | {
      readonly kind: 'call';
      readonly helper: Helper;
      readonly args: readonly Expr[];
      readonly options: ReadonlyMap<string, Expr>;
      readonly range: Range;
    };

/** Where a path begins. `up` counts the `../`. */
export type Base =
  | { readonly kind: 'variables' }
  | { readonly kind: 'context'; readonly up: number }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'data'; readonly name: 'index' | 'key' | 'first' | 'last'; readonly up: number };
