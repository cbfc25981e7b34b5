import { eachHint } from './jinja-blocks.ts';
import type { Mistake } from './mistake.ts';
import type { Expr, Mustache, Piece } from './mustache.ts';
import { ANY, explainAbsence, fieldShape, itemShape, type Shape, type Shapes } from './shape.ts';

/** The fields that a text reads and that can't be there; and the shape of `lone`, if it is all of it. */
export function mustacheShapes(
  mustache: Mustache,
  lone: Expr | null,
  shapes: Shapes,
): { readonly shape: Shape; readonly mistakes: readonly Mistake[] } {
  const walk = new Walk(shapes);
  const outside: Frame = { contexts: [], names: new Map() };
  const shape = lone ? walk.expr(lone, outside) : ANY;
  if (!lone) walk.pieces(mustache.pieces, outside);
  // A field that the text itself asks for may be missing.
  const mistakes = walk.absent.filter(({ path }) => !walk.asked.has(path)).map(({ mistake }) => mistake);
  return { shape, mistakes };
}

/** What a piece sees: the contexts that `each` and `with` opened, innermost first, and the named items. */
interface Frame {
  readonly contexts: readonly Shape[];
  readonly names: ReadonlyMap<string, Shape>;
}

type Path = Extract<Expr, { kind: 'path' }>;

class Walk {
  readonly absent: { readonly path: string; readonly mistake: Mistake }[] = [];
  /** Paths that `defined` asks for, as written. */
  readonly asked = new Set<string>();
  private readonly shapes: Shapes;

  constructor(shapes: Shapes) {
    this.shapes = shapes;
  }

  pieces(pieces: readonly Piece[], frame: Frame): void {
    for (const piece of pieces) this.piece(piece, frame);
  }

  private piece(piece: Piece, frame: Frame): void {
    if (piece.kind === 'text') return;
    if (piece.kind === 'print') {
      this.expr(piece.value, frame);
      return;
    }
    if (piece.kind === 'if') {
      this.expr(piece.test, frame);
      this.pieces(piece.then, frame);
      this.pieces(piece.otherwise, frame);
      return;
    }
    const over = this.expr(piece.over, frame);
    const item = piece.kind === 'each' ? itemShape(over) : over;
    const [name] = piece.names;
    const names = new Map([
      ...frame.names,
      ...piece.names.map((other) => [other, other === name ? item : ANY] as const),
    ]);
    this.pieces(piece.body, { contexts: [item, ...frame.contexts], names });
    this.pieces(piece.otherwise, frame);
  }

  expr(expr: Expr, frame: Frame): Shape {
    if (expr.kind === 'constant') return ANY;
    if (expr.kind === 'path') return this.path(expr, frame);
    const { helper, args, options } = expr;
    const [asked, ...others] = args;
    if (helper.kind === 'lazy' && helper.maybe && asked?.kind === 'path') this.ask(helper.name, asked);
    else if (asked) this.expr(asked, frame);
    for (const value of [...others, ...options.values()]) this.expr(value, frame);
    return ANY;
  }

  private ask(helper: string, { text }: Path): void {
    if (helper !== 'defined') return;
    for (let path = text; path.includes('.'); path = path.slice(0, path.lastIndexOf('.')))
      this.asked.add(path);
  }

  private path(path: Path, { contexts, names }: Frame): Shape {
    const { base, keys } = path;
    if (base.kind === 'data') return ANY;
    if (base.kind === 'context') return this.follow(path, contexts[base.up] ?? ANY, keys);
    if (base.kind === 'named') return this.follow(path, names.get(base.name) ?? ANY, keys);
    return this.follow(path, this.shapes(keys[0]!), keys.slice(1));
  }

  private follow(path: Path, start: Shape, keys: readonly string[]): Shape {
    let shape = start;
    for (const [i, key] of keys.entries()) {
      const isCount = key === 'length' && shape.type === 'array';
      const field = isCount ? ANY : fieldShape(shape, key);
      if (!field) {
        this.miss(path, shape, key, keys.length - i);
        return ANY;
      }
      shape = field;
    }
    return shape;
  }

  /** `left`: how many keys are not passed yet, `key` being the first of them. */
  private miss({ text, range, base, keys }: Path, shape: Shape, key: string, left: number): void {
    const passed = text.split('.').slice(0, -left).join('.');
    const { message, hint } = explainAbsence(shape, key, passed || 'this');
    const ofItem = base.kind === 'context' && left === keys.length && !text.startsWith('this');
    const habit = ofItem
      ? (eachHint(keys) ?? `for the variable write {{ @root.${keys.join('.')} }}`)
      : undefined;
    const mistake = { code: 'undefined-field', range, message, hint: hint ?? habit } as const;
    this.absent.push({ path: text, mistake });
  }
}
