import type { Diagnostic } from '../contract/diagnostic.ts';
import { formatPosition } from '../contract/diagnostic.ts';
import { findHost } from '../language/inventory.ts';
import type {
  Block,
  Directives,
  Expression,
  Include,
  InventoryHost,
  Layer,
  Node,
  Play,
  RoleUse,
  Task,
} from '../language/model.ts';
import { itemShape, type Shape } from '../language/shape.ts';
import { didYouMean } from '../language/suggest.ts';
import { type HostContext, scopeOf } from './context.ts';
import type { Round } from './cursor.ts';
import { checkInputs, loopedRolesOf, rolesOf } from './inputs.ts';
import { conditions, type NoWork, type Settled, settle } from './prepare.ts';
import { resultShape } from './results.ts';
import { itemsOf, namesOf, rounds } from './rounds.ts';
import { evaluateIn, type Memory } from './scope.ts';
import { inventoryShapes, type Later, Seen, spanIn, undefinedName } from './seen.ts';
import { apart, judged } from './taken.ts';
import { judgementsOf, textsOf } from './texts.ts';

/**
 * Everything that can be known to be wrong with a play on a host, before a connection: undefined variables, wrong
 * values, missing sources, fields that nobody has. A task whose condition is already known to be false for the host is not looked at.
 */
export function checkPlay(
  contextOf: (host: InventoryHost) => HostContext,
  play: Play,
  hosts: readonly InventoryHost[],
  written: ReadonlyMap<string, Shape>,
): Diagnostic[] {
  if (play.lacksVariables) return [];
  if (hosts.length === 0) return [];
  const later = { written, inventory: inventoryShapes(contextOf(hosts[0]!).run, written) };
  const found = new Map<string, { readonly diagnostic: Diagnostic; readonly hosts: Set<string> }>();
  const findings = new Map<InventoryHost['layers'], Findings>();
  const roles = rolesIn(play);
  for (const host of hosts) {
    const known = findings.get(host.layers) ?? new Findings();
    findings.set(host.layers, known);
    const check = new HostCheck(contextOf(host), later, known, (diagnostic) => {
      const where = diagnostic.at ? formatPosition(diagnostic.at) : '';
      const key = `${where}\0${diagnostic.message}`;
      const known = found.get(key);
      if (known) known.hosts.add(host.name);
      else found.set(key, { diagnostic, hosts: new Set([host.name]) });
    });
    check.inputs(roles);
    check.nodes(play.nodes, OUTSIDE);
    check.handlers(play.handlers);
  }
  return [...found.values()].map((one) => (one.hosts.size < hosts.length ? forHosts(one) : one.diagnostic));
}

/** A mistake that shows on some hosts only says on which. */
function forHosts({
  diagnostic,
  hosts,
}: {
  readonly diagnostic: Diagnostic;
  readonly hosts: ReadonlySet<string>;
}): Diagnostic {
  const [...names] = hosts;
  const shown =
    names.length > 4
      ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more hosts`
      : names.join(', ');
  return { ...diagnostic, message: `${diagnostic.message} (on ${shown})` };
}

interface Roles {
  readonly all: ReadonlySet<RoleUse>;
  /** Of the others nothing but their handlers is left (--tags): nobody asks for their inputs. */
  readonly asked: ReadonlySet<RoleUse>;
  /** Uses that are given the variables of loops: they are looked at round by round. */
  readonly looped: ReadonlyMap<RoleUse, readonly string[]>;
}

function rolesIn({ nodes, handlers }: Play): Roles {
  return { all: rolesOf([...nodes, ...handlers]), asked: rolesOf(nodes), looped: loopedRolesOf(nodes) };
}

/** What the loops around a task give it. */
interface Around {
  /** Rounds that can be known, innermost last. */
  readonly rounds: readonly Round[];
  /** Loop variables that can't. */
  readonly open: ReadonlyMap<string, Shape>;
}

const OUTSIDE: Around = { rounds: [], open: new Map() };

/**
 * What was found without asking for the host's name: the same holds for every host that shares its groups and layers
 * with this one (the inventory gives such hosts one list of layers).
 */
class Findings {
  readonly roles: Found<RoleUse> = new Map();
  /** At a node and all that is in it, its conditions included. */
  readonly nodes: Found<Node> = new Map();
  /** At a node's conditions, which are the same whatever they come to. */
  readonly conditions: Found<Node> = new Map();
  /** At what a task says, where its conditions hold. */
  readonly tasks: Found<Task> = new Map();
}

type Found<T> = Map<T, readonly Diagnostic[]>;

class HostCheck {
  private readonly context: HostContext;
  private readonly name: string;
  private readonly later: Later;
  private readonly known: Findings;
  /** What is looked at hangs on this very host. */
  private named = false;
  private readonly waived = new Set<string>();
  /** What tasks give a host, any host, is known only when they have run. */
  private readonly memory: Memory;
  private report: (diagnostic: Diagnostic) => void;
  private looped: ReadonlyMap<RoleUse, readonly string[]> = new Map();
  private readonly rounded = new Map<Around, Set<RoleUse>>();

  constructor(
    context: HostContext,
    later: Omit<Later, 'waived'>,
    known: Findings,
    report: (diagnostic: Diagnostic) => void,
  ) {
    const { host } = context;
    const noticed = () => {
      this.named = true;
      return host.name;
    };
    this.memory = new Map(
      [...later.written.keys()].map((name) => [name, { kind: 'unknown', because: knownLater(name) }]),
    );
    this.context = {
      ...context,
      host: Object.defineProperty({ ...host }, 'name', { get: noticed }),
      memoryOf: () => this.memory,
    };
    this.name = host.name;
    this.later = { ...later, waived: this.waived };
    this.known = known;
    this.report = report;
  }

  /** Looks, unless another host's findings at this place hold for this one too. */
  private once<T>(known: Found<T>, place: T, look: () => void): void {
    const { report, named } = this;
    let found = known.get(place);
    if (!found) {
      const told: Diagnostic[] = [];
      this.named = false;
      this.report = (diagnostic) => told.push(diagnostic);
      look();
      this.report = report;
      if (!this.named) known.set(place, told);
      this.named ||= named;
      found = told;
    }
    for (const diagnostic of found) report(diagnostic);
  }

  /** What the roles of the play are given on this host: all that they need, and of the declared type. */
  inputs({ all, asked, looped }: Roles): void {
    this.looped = looped;
    for (const use of all) {
      this.waive(use);
      if (!use.flawed && !looped.has(use) && asked.has(use))
        this.once(this.known.roles, use, () => this.given(use, OUTSIDE));
    }
  }

  /** Once for each round of the loops around. */
  private givenIn(use: RoleUse, around: Around): void {
    const known = this.rounded.get(around) ?? new Set();
    this.rounded.set(around, known);
    if (known.has(use) || use.flawed) return;
    known.add(use);
    this.given(use, around);
  }

  private given(use: RoleUse, around: Around): void {
    const seen = this.seen({ role: use, layers: [] }, around);
    for (const diagnostic of checkInputs(use.role, seen.scope)) this.report(diagnostic);
    for (const diagnostic of this.undeclared([use.role.defaults, use.role.vars], seen))
      this.report(diagnostic);
  }

  /** What variables that are written in a role are made of. */
  private undeclared(layers: readonly Layer[], seen: Seen): Diagnostic[] {
    return layers.flatMap(({ variables }) =>
      [...variables.values()].flatMap(({ value }) =>
        seen.undeclared(value.reads, (name) => spanIn(value, name), value.at),
      ),
    );
  }

  /** Names of which it is said elsewhere that they are missing, or declared wrongly. */
  private waive(use: RoleUse): void {
    for (const input of use.role.inputs.values())
      if (use.flawed || input.required) this.waived.add(input.name);
  }

  /** They run outside of loops, also those of roles that stand in one. */
  handlers(handlers: readonly Task[]): void {
    const { report } = this;
    for (const handler of handlers) {
      const loops = (handler.role && this.looped.get(handler.role)) ?? [];
      this.report = (found) => {
        const name = loops.find((one) => found.message.endsWith(` called "${one}"`));
        report(name && found.code === 'undefined-variable' ? outsideOf(name, handler, found) : found);
      };
      this.node(handler, OUTSIDE);
    }
    this.report = report;
  }

  nodes(nodes: readonly Node[], around: Around): void {
    // Handlers run outside of loops.
    if (around !== OUTSIDE)
      for (const { role: use } of nodes) if (use && this.looped.has(use)) this.givenIn(use, around);
    for (const node of nodes) this.node(node, around);
  }

  private node(node: Node, around: Around): void {
    if (around === OUTSIDE) this.once(this.known.nodes, node, () => this.inside(node, around));
    else this.inside(node, around);
  }

  private inside(node: Node, around: Around): void {
    if (node.kind === 'task') this.task(node, around);
    else if (node.kind === 'block' || node.kind === 'include') this.group(node, around);
    else if (node.kind === 'meta') this.when(node, node.when, around);
  }

  private seen(node: Pick<Directives, 'role' | 'layers'>, { rounds, open }: Around): Seen {
    const pending = [...open.keys()].map((name) => [name, knownLater(name)] as const);
    const scope = scopeOf(this.context, node, this.memory, rounds, new Map(pending));
    const { later } = this;
    if (open.size === 0) return new Seen(scope, later, node);
    return new Seen(scope, { ...later, written: new Map([...later.written, ...open]) }, node);
  }

  private group(node: Block | Include, around: Around): void {
    const seen = this.seen(node, around);
    const { once, each } = judged(node);
    if (!this.when(node, once, around, seen) || !this.goes(node, seen)) return;
    const inside = node.kind === 'block' ? [...node.block, ...node.rescue, ...node.always] : node.nodes;
    for (const inner of this.rounds(node, seen, around)) {
      if (!this.when(node, each, inner)) continue;
      this.nodes(inside, inner);
    }
  }

  /** Not where a block's conditions rule out its loop. What is wrong with them is told at its tasks. */
  private goes({ when, loop }: Block | Include, { scope }: Seen): boolean {
    const verdict = conditions(loop ? apart(when, loop).once : [], scope);
    return verdict.kind !== 'value' || verdict.value;
  }

  private task(task: Task, around: Around): void {
    const outer = this.seen(task, around);
    if (!this.when(task, apart(task.when, task.loop).once, around, outer)) return;
    for (const inner of this.rounds(task, outer, around)) {
      if (inner === OUTSIDE) this.once(this.known.tasks, task, () => this.item(task, inner));
      else this.item(task, inner);
    }
  }

  private item(task: Task, around: Around): void {
    const seen = this.seen(task, around);
    if (!this.when(task, apart(task.when, task.loop).each, around, seen)) return;
    const found = this.wrongIn(task, seen);
    for (const diagnostic of found) this.report(diagnostic);
    if (found.length > 0 || task.flawed || seen.lacksWaived([task.params])) return;
    if (!this.delegate(task, seen)) return;
    // The host that a task is delegated to sees it otherwise than all others.
    const host = task.delegateTo ? this.context.host.name : this.name;
    const work = settle(task, host, seen.scope, this.context);
    this.puts(task, work);
    if (work.kind === 'fault') this.report(work.diagnostic);
    if (work.kind === 'refused') {
      const { refusal, hint } = work.refusal;
      this.report({
        code: 'refused',
        at: task.params.at,
        message: refusal,
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }

  /** A file that a task brings here is no missing source of another. */
  private puts({ type }: Task, work: Settled | NoWork): void {
    if (type.kind !== 'state' || !type.keep || (work.kind !== 'host' && work.kind !== 'unknown')) return;
    const path = work.kind === 'host' ? type.keep.path(work.desired) : null;
    this.context.run.sources.wouldPut(path, 'a task brings it');
  }

  /** False, and reported: it is given to a host that the inventory lacks. */
  private delegate({ delegateTo }: Task, { scope }: Seen): boolean {
    const to = delegateTo && evaluateIn(delegateTo, scope);
    if (to?.kind !== 'value' || typeof to.value !== 'string') return true;
    const { inventory } = this.context.run;
    if (findHost(inventory, to.value)) return true;
    const hint =
      didYouMean(to.value, inventory.hosts.keys()) ?? 'it must be a host of the inventory, or localhost';
    const message = `there is no host "${to.value}" in the inventory`;
    this.report({ code: 'unknown-host', at: delegateTo!.at, message, hint });
    return false;
  }

  /** The rounds that can be known; where they can't, one whose variables have a shape at most. */
  private rounds({ loop }: Task | Block | Include, seen: Seen, around: Around): readonly Around[] {
    if (!loop) return [around];
    const wrong = seen.wrong([loop.items]);
    for (const diagnostic of wrong) this.report(diagnostic);
    if (wrong.length > 0) return [];
    const items = itemsOf(loop, seen.scope);
    if (items.kind === 'fault') this.report(items.diagnostic);
    if (items.kind === 'value')
      return rounds(loop, items.value).map(({ round }) => ({ ...around, rounds: [...around.rounds, round] }));
    if (items.kind === 'fault') return [];
    const open = new Map([...around.open, [loop.loopVar, itemShape(seen.shape(loop.items))]]);
    if (loop.indexVar) open.set(loop.indexVar, { type: 'integer' });
    const hidden = ([name]: readonly [string, unknown]) => !open.has(name);
    const visible = around.rounds.map((round) => new Map([...round].filter(hidden)));
    return [{ rounds: [...visible, namesOf(loop)], open }];
  }

  /** False: known not to hold, so that what hangs on it is not looked at. */
  private when(
    node: Node,
    when: readonly Expression[],
    around: Around,
    seen = this.seen(node, around),
  ): boolean {
    if (when.length === 0) return true;
    const verdict = conditions(when, seen.scope);
    if (verdict.kind === 'value') {
      this.misfits(node, when, around);
      return verdict.value;
    }
    const found = seen.wrong(when);
    for (const diagnostic of found) this.report(diagnostic);
    if (verdict.kind === 'unknown') return true;
    if (found.length === 0 && !seen.lacksWaived(when)) this.report(verdict.diagnostic);
    return false;
  }

  private misfits(node: Node, when: readonly Expression[], around: Around): void {
    const look = () => {
      // What was seen before has perhaps asked for the name already.
      for (const diagnostic of this.seen(node, around).misfits(when)) this.report(diagnostic);
    };
    if (around === OUTSIDE) this.once(this.known.conditions, node, look);
    else look();
  }

  private wrongIn(task: Task, seen: Seen): Diagnostic[] {
    // What the task itself registers is there when it is judged.
    const judging = task.register ? seen.with(task.register, resultShape(task)) : seen;
    const found = [...seen.wrong(textsOf(task)), ...judging.wrong(judgementsOf(task))];
    if (task.role) found.push(...this.undeclared(task.layers, seen));
    for (const { text } of task.templates) {
      const missing = [...text.reads].filter((name) => !seen.isDefined(name));
      for (const name of missing)
        found.push(undefinedName(name, text.spanOf(name), task.params.at, seen.scope));
      if (missing.length > 0) continue;
      found.push(...seen.undeclared(text.reads, (name) => text.spanOf(name), task.params.at));
      found.push(...text.foresee((name) => seen.shapeOf(name)).mistakes, ...seen.behind(text));
    }
    return found;
  }
}

function outsideOf(name: string, handler: Task, found: Diagnostic): Diagnostic {
  const message = `the handler "${handler.name ?? handler.listen[0]}" runs outside of the loop around its role: "${name}" is not there`;
  const hint = 'do it in a task behind the change, with when: result.changed; or name the roles one by one';
  return { ...found, message, hint };
}

function knownLater(name: string): string {
  return `${name} is known only when the play runs`;
}
