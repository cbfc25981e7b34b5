import type { ASTNode } from '@marcbachmann/cel-js';
import { ALL, childrenOf } from './cel-names.ts';
import type { Mistake } from './mistake.ts';
import { ANY, either, explainAbsence, fieldShape, itemShape, type Shape, type Shapes } from './shape.ts';

export interface CelShapes {
  /** Of every part whose shape is known. */
  readonly known: ReadonlyMap<ASTNode, Shape>;
  /** Of the whole. */
  readonly shape: Shape;
  readonly mistakes: readonly Mistake[];
}

/** The shapes of an expression, and the fields that it reads and that can't be there. `text`: as it was parsed. */
export function celShapes(ast: ASTNode, text: string, shapes: Shapes): CelShapes {
  const walk = new Walk(text, shapes);
  const shape = walk.node(ast, new Map());
  // A field that the expression itself asks for may be missing.
  const mistakes = walk.absent.filter(({ path }) => !walk.asked.has(path)).map(({ mistake }) => mistake);
  return { known: walk.known, shape, mistakes };
}

type Bound = ReadonlyMap<string, Shape>;
type Op<O extends ASTNode['op']> = Extract<ASTNode, { op: O }>;

/** Macros whose first argument names an item. */
const ITERATIONS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

class Walk {
  readonly known = new Map<ASTNode, Shape>();
  readonly absent: { readonly path: string; readonly mistake: Mistake }[] = [];
  /** Paths that `has()` or `in` asks for. */
  readonly asked = new Set<string>();
  private readonly text: string;
  private readonly shapes: Shapes;

  constructor(text: string, shapes: Shapes) {
    this.text = text;
    this.shapes = shapes;
  }

  node(node: ASTNode, bound: Bound): Shape {
    const shape = this.shapeOf(node, bound);
    this.known.set(node, shape);
    return shape;
  }

  private shapeOf(node: ASTNode, bound: Bound): Shape {
    switch (node.op) {
      case 'value':
        return ANY;
      case 'id':
        return node.args === ALL ? ANY : (bound.get(node.args) ?? this.shapes(node.args.trimEnd()));
      case '.':
      case '[]':
        return this.access(node, bound);
      case '?:': {
        const [test, yes, no] = node.args;
        this.node(test, bound);
        return either([this.node(yes, bound), this.node(no, bound)]);
      }
      case 'in':
        this.membership(node, bound);
        return ANY;
      case 'call':
        if (node.args[0] === 'has') this.ask(node.args[1][0]!);
        else this.each(node.args[1], bound);
        return ANY;
      case 'rcall':
        return this.method(node, bound);
      default:
        this.each(childrenOf(node), bound);
        return ANY;
    }
  }

  private each(nodes: readonly ASTNode[], bound: Bound): void {
    for (const node of nodes) this.node(node, bound);
  }

  private access(node: Op<'.' | '[]'>, bound: Bound): Shape {
    const [of] = node.args;
    const key = keyOf(node);
    if (of.op === 'id' && of.args === ALL && !bound.has(ALL) && key !== undefined)
      return bound.get(String(key)) ?? this.shapes(String(key));
    const shape = this.node(of, bound);
    if (node.op === '[]') this.node(node.args[1], bound);
    const field = fieldShape(shape, key);
    if (field || key === undefined) return field ?? ANY;
    const path = this.text.slice(of.start, of.end);
    const range = { start: node.op === '.' ? node.end - String(key).length : node.start, end: node.end };
    const mistake = { code: 'undefined-field' as const, range, ...explainAbsence(shape, key, path) };
    this.absent.push({ path: `${path}.${key}`, mistake });
    return ANY;
  }

  /** `has(r.x.y)`: both y and x may be missing. */
  private ask(path: ASTNode): void {
    for (let at = path; at.op === '.'; at = at.args[0]) this.asked.add(this.pathOf(at));
  }

  /** `"x" in r` asks what `has(r.x)` asks. */
  private membership({ args: [item, of] }: Op<'in'>, bound: Bound): void {
    if (item.op === 'value' && typeof item.args === 'string')
      this.asked.add(`${this.pathOf(of)}.${item.args}`);
    this.each([item, of], bound);
  }

  private method({ args: [method, receiver, args] }: Op<'rcall'>, bound: Bound): Shape {
    const [first, ...rest] = args;
    const binds = receiver.op === 'id' && receiver.args === 'cel' && method === 'bind';
    const of = binds ? ANY : this.node(receiver, bound);
    if (first?.op !== 'id' || !(binds || ITERATIONS.has(method))) {
      this.each(args, bound);
      return ANY;
    }
    const item = binds ? this.node(rest[0]!, bound) : itemShape(of);
    this.each(binds ? rest.slice(1) : rest, new Map([...bound, [first.args, item]]));
    return method === 'filter' ? of : ANY;
  }

  private pathOf(node: ASTNode): string {
    return this.text.slice(node.start, node.end);
  }
}

/** The field or item that is asked for, where it is written out. */
function keyOf(node: Op<'.' | '[]'>): string | number | undefined {
  const key = node.args[1];
  if (typeof key === 'string') return key;
  if (key.op !== 'value') return undefined;
  return typeof key.args === 'string'
    ? key.args
    : typeof key.args === 'bigint'
      ? Number(key.args)
      : undefined;
}
