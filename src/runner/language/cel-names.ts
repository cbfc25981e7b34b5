import type { ASTNode } from '@marcbachmann/cel-js';
import { BOUNDED_MATCHES, environment } from './cel-environment.ts';
import { patternTrouble } from './cel-regex.ts';
import type { Mistake, Range } from './mistake.ts';

/** What an expression reads, and what can be known to be wrong with it beyond syntax and types. */
export interface CelNames {
  /** Variables that must be defined, and where each is first read. */
  readonly reads: ReadonlyMap<string, Range>;
  /** `reads`, and what `has(vars.x)` asks for. */
  readonly mentions: ReadonlyMap<string, Range>;
  /** The `has(…)` calls. */
  readonly presence: readonly ASTNode[];
  readonly mistakes: readonly Mistake[];
}

/** The map of all variables: `vars.x` is x, and `has(vars.x)` asks whether x is defined. */
export const ALL = 'vars';

/** Names that this expression asks for by `has(vars.x)` may be missing everywhere in it: it says so itself. */
export function celNames(ast: ASTNode): CelNames {
  const walk = new Walk();
  walk.node(ast, new Set());
  for (const name of walk.guarded) walk.reads.delete(name);
  return walk;
}

/**
 * Behind a variable's name that CEL has for a type (`list`, `type`): the library would take the type, and a variable
 * of that name is what is meant, but in `type(x) == list`. No name that can be written ends so.
 */
export const SHADOWING = ' ';

type Bound = ReadonlySet<string>;
type Op<O extends ASTNode['op']> = Extract<ASTNode, { op: O }>;

/** Macros whose first argument names an item. */
const ITERATIONS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

class Walk implements CelNames {
  readonly reads = new Map<string, Range>();
  readonly mentions = new Map<string, Range>();
  readonly presence: ASTNode[] = [];
  readonly mistakes: Mistake[] = [];
  readonly guarded = new Set<string>();

  /** `bound`: names that are items here, not variables. */
  node(node: ASTNode, bound: Bound): void {
    switch (node.op) {
      case 'id':
        this.name(node, bound);
        break;
      case '==':
      case '!=':
        this.each(comparesType(node) ? node.args.filter(({ op }) => op === 'call') : node.args, bound);
        break;
      case '.':
      case '.?':
        if (isAll(node.args[0], bound)) this.read(node.args[1], node);
        else this.node(node.args[0], bound);
        break;
      case '[]':
      case '[?]':
        this.index(node, bound);
        break;
      case 'in':
        this.membership(node, bound);
        break;
      case 'call':
        if (node.args[0] === 'has') this.has(node, bound);
        else this.each(node.args[1], bound);
        break;
      case 'rcall':
        this.method(node, bound);
        break;
      default:
        this.each(childrenOf(node), bound);
    }
  }

  private each(nodes: readonly ASTNode[], bound: Bound): void {
    for (const node of nodes) this.node(node, bound);
  }

  private name(node: Op<'id'>, bound: Bound): void {
    if (bound.has(node.args) || node.args === ALL) return;
    this.read(node.args, node);
    if (environment.hasVariable(node.args)) (node as { args: string }).args = `${node.args}${SHADOWING}`;
  }

  private index({ args: [of, key], ...node }: Op<'[]' | '[?]'>, bound: Bound): void {
    const name = literal(key);
    if (isAll(of, bound) && name !== null) this.read(name, node);
    else this.each([of, key], bound);
  }

  /** `"x" in vars` asks what `has(vars.x)` asks. */
  private membership(node: Op<'in'>, bound: Bound): void {
    const [item, all] = node.args;
    const name = literal(item);
    if (isAll(all, bound) && name !== null) this.ask(name, node);
    else this.each(node.args, bound);
  }

  /** `has(vars.x)`, `has(vars.x.y)`: x may be missing. `has(x.y)`: x must be there. */
  private has(node: Op<'call'>, bound: Bound): void {
    this.presence.push(node);
    for (let at = node.args[1][0]; at; ) {
      if (at.op !== '.') {
        this.node(at, bound);
        return;
      }
      const [of, key]: readonly [ASTNode, string] = at.args;
      if (isAll(of, bound)) {
        this.ask(key, at);
        return;
      }
      at = of;
    }
  }

  private method(node: Op<'rcall'>, bound: Bound): void {
    const [method, receiver, args] = node.args;
    const namespace = receiver.op === 'id' && receiver.args === 'cel' && method === 'bind';
    if (!namespace) this.node(receiver, bound);
    if (method === 'matches') this.matches(node, args);
    const [first, ...rest] = args;
    const binds = namespace || ITERATIONS.has(method);
    if (binds && first?.op === 'id') this.each(rest, new Set([...bound, first.args]));
    else this.each(args, bound);
  }

  /** Calls of `matches` go to the bounded one, and a pattern that is written out is looked at now. */
  private matches(node: Op<'rcall'>, [pattern]: readonly ASTNode[]): void {
    (node.args as unknown as [string])[0] = BOUNDED_MATCHES;
    const written = pattern && literal(pattern);
    const trouble = typeof written === 'string' ? patternTrouble(written) : null;
    if (!pattern || trouble === null) return;
    const range = { start: pattern.start, end: pattern.end };
    this.mistakes.push({ code: 'cel-regex', range, message: `the pattern can't be read: ${trouble}` });
  }

  private read(name: string, { start, end }: Range): void {
    if (!this.mentions.has(name)) this.mentions.set(name, { start, end });
    if (!this.reads.has(name)) this.reads.set(name, { start, end });
  }

  private ask(name: string, { start, end }: Range): void {
    if (!this.mentions.has(name)) this.mentions.set(name, { start, end });
    this.guarded.add(name);
  }
}

/** `type(x) == int`: here, and nowhere else, `int` is the type. */
function comparesType({ args }: Op<'==' | '!='>): boolean {
  const [type, other] = args[0].op === 'call' ? args : [args[1], args[0]];
  return (
    type.op === 'call' && type.args[0] === 'type' && other.op === 'id' && environment.hasVariable(other.args)
  );
}

/** What an operator, a list or a map is made of. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  if (node.op === 'value' || node.op === 'id') return [];
  if (node.op === '!_' || node.op === '-_') return [node.args as ASTNode];
  const args = node.args as readonly (ASTNode | string | readonly ASTNode[])[];
  return args.every(isNode) ? args : args.flat().filter(isNode);
}

function isNode(part: ASTNode | string | readonly ASTNode[]): part is ASTNode {
  return typeof part === 'object' && !Array.isArray(part);
}

function isAll(node: ASTNode, bound: Bound): boolean {
  return node.op === 'id' && node.args === ALL && !bound.has(ALL);
}

function literal(node: ASTNode): string | null {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : null;
}
