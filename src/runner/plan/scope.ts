import type { Json } from '../contract/json.ts';
import type { Evaluated, Expression, Layer, Scope, Site, Template, Variable } from '../language/model.ts';

/** Values that steps of this run left behind on a host: `register` and `set_fact`. */
export type Memory = ReadonlyMap<string, Evaluated>;

/** A scope that can also be seen from another place of the text: whoever is given a value sees it as its giver wrote it. */
export interface PlanScope extends Scope {
  at(site: Site | undefined): PlanScope;
}

/** Evaluate a text in the scope of the place where it was written. */
export function evaluateIn(text: Template | Expression, scope: PlanScope): Evaluated {
  return text.evaluate(scope.at(text.site));
}

/**
 * The one ladder of precedence (DESIGN section 6), highest first. Everything but `memory` and `pending` is fixed for
 * a step on a host.
 */
export interface Ladder {
  /** Names that the run itself gives and nobody can change: `inventory_hostname`, `groups` … */
  readonly magic: (name: string) => Evaluated | undefined;
  readonly magicNames: () => readonly string[];
  /** `-e`. */
  readonly extra: Layer | null;
  /** Loop variables of the task, then of the blocks around it, innermost last. */
  readonly loops: readonly ReadonlyMap<string, Json>[];
  readonly memory: Memory;
  /** Names that a step still to come will write: reading them gives `unknown`. */
  readonly pending: ReadonlyMap<string, string>;
  /** Lowest first: role defaults, groups, host, play, role vars, role parameters, blocks, task. */
  readonly layers: readonly Layer[];
  /** The same step, seen from another place of the text. */
  readonly relocate: (site: Site) => LadderScope;
}

/** A scope over a ladder. Variables are evaluated when first read, once, in the scope of the step that reads them. */
export class LadderScope implements PlanScope {
  private readonly ladder: Ladder;
  private readonly known = new Map<string, Evaluated | undefined>();
  private readonly underway: Variable[] = [];
  private readonly elsewhere = new Map<Site, LadderScope>();
  private readonly listeners = new Map<string, readonly ((made: Json) => void)[]>();

  constructor(ladder: Ladder) {
    this.ladder = ladder;
  }

  get(name: string): Evaluated | undefined {
    if (this.known.has(name)) return this.known.get(name);
    const value = this.find(name);
    this.known.set(name, value);
    return value;
  }

  made(name: string, text: Json): void {
    for (const tell of this.told(name)) tell(text);
  }

  /** Who must hear of texts made of this variable, and of those that it is made of. */
  private told(name: string): readonly ((made: Json) => void)[] {
    const known = this.listeners.get(name);
    if (known) return known;
    const all: ((made: Json) => void)[] = [];
    const passed = new Map<LadderScope, Set<string>>();
    const visit = (scope: LadderScope, of: string) => {
      const names = passed.get(scope) ?? new Set();
      if (names.has(of)) return;
      passed.set(scope, names.add(of));
      const value = scope.origin(of)?.value;
      all.push(...(value?.secret?.tell ?? []));
      for (const inner of value?.mentions ?? []) visit(scope.at(value?.site), inner);
    };
    visit(this, name);
    this.listeners.set(name, all);
    return all;
  }

  /** Is there a variable of that name? Nothing is evaluated. */
  has(name: string): boolean {
    const { ladder } = this;
    return (
      ladder.magic(name) !== undefined ||
      ladder.pending.has(name) ||
      ladder.memory.has(name) ||
      ladder.loops.some((loop) => loop.has(name)) ||
      this.origin(name) !== undefined
    );
  }

  /** Is it what somebody wrote as a variable, and not what the run, a loop or a task gives? */
  isWritten(name: string): boolean {
    const { ladder } = this;
    if (ladder.magic(name) !== undefined || ladder.loops.some((loop) => loop.has(name))) return false;
    return !ladder.pending.has(name) && !ladder.memory.has(name) && this.origin(name) !== undefined;
  }

  at(site: Site | undefined): LadderScope {
    if (!site) return this;
    let scope = this.elsewhere.get(site);
    if (!scope) {
      scope = this.ladder.relocate(site);
      this.elsewhere.set(site, scope);
    }
    return scope;
  }

  *names(): Iterable<string> {
    const { ladder } = this;
    const seen = new Set<string>(ladder.magicNames());
    for (const name of ladder.extra?.variables.keys() ?? []) seen.add(name);
    for (const loop of ladder.loops) for (const name of loop.keys()) seen.add(name);
    for (const name of ladder.pending.keys()) seen.add(name);
    for (const name of ladder.memory.keys()) seen.add(name);
    for (const layer of ladder.layers) for (const name of layer.variables.keys()) seen.add(name);
    yield* seen;
  }

  /** Where the variable that `name` stands for was written; undefined for magic, loop and remembered ones. */
  origin(name: string): Variable | undefined {
    return this.ladder.extra?.variables.get(name) ?? this.lookup(name);
  }

  private find(name: string): Evaluated | undefined {
    const { ladder } = this;
    const magic = ladder.magic(name);
    if (magic) return magic;
    const extra = ladder.extra?.variables.get(name);
    if (extra) return this.evaluate(extra);
    for (let i = ladder.loops.length - 1; i >= 0; i--) {
      const loop = ladder.loops[i]!;
      if (loop.has(name)) return { kind: 'value', value: loop.get(name)! };
    }
    const because = ladder.pending.get(name);
    if (because !== undefined) return { kind: 'unknown', because };
    const remembered = ladder.memory.get(name);
    if (remembered) return remembered;
    const variable = this.lookup(name);
    return variable && this.evaluate(variable);
  }

  private lookup(name: string): Variable | undefined {
    const { layers } = this.ladder;
    for (let i = layers.length - 1; i >= 0; i--) {
      const variable = layers[i]!.variables.get(name);
      if (variable) return variable;
    }
    return undefined;
  }

  private evaluate(variable: Variable): Evaluated {
    if (variable.value.constant !== undefined) return { kind: 'value', value: variable.value.constant };
    if (this.underway.includes(variable)) return this.cycle(variable);
    this.underway.push(variable);
    const value = evaluateIn(variable.value, this);
    this.underway.pop();
    return value;
  }

  private cycle(variable: Variable): Evaluated {
    const circle = [...this.underway.slice(this.underway.indexOf(variable)), variable].map((v) => v.name);
    const message = `the variable ${variable.name} is made from itself: ${circle.join(' → ')}`;
    return { kind: 'fault', diagnostic: { code: 'variable-cycle', at: variable.at, message } };
  }
}
