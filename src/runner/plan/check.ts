import type { Diagnostic, Position } from '../contract/diagnostic.ts';
import { formatPosition } from '../contract/diagnostic.ts';
import { findHost } from '../language/inventory.ts';
import type {
  Block,
  Expression,
  Include,
  InventoryHost,
  Node,
  Play,
  RoleUse,
  Task,
  Template,
} from '../language/model.ts';
import { fault, type Span } from '../language/source.ts';
import { didYouMean } from '../language/suggest.ts';
import type { TextTemplate } from '../language/text-template.ts';
import { type HostContext, scopeOf } from './context.ts';
import type { Round } from './cursor.ts';
import { factsOf } from './facts.ts';
import { checkInputs, rolesOf } from './inputs.ts';
import { conditions, prepare } from './prepare.ts';
import { itemsOf, rounds } from './rounds.ts';
import { evaluateIn, type LadderScope } from './scope.ts';

/**
 * Everything that can be known to be wrong with a play on a host, before a connection: undefined variables, wrong
 * values, missing sources. A task whose condition is already known to be false for the host is not looked at.
 */
export function checkPlay(
  contextOf: (host: InventoryHost) => HostContext,
  play: Play,
  hosts: readonly InventoryHost[],
  earlier: ReadonlySet<string>,
): Diagnostic[] {
  const found = new Map<string, { readonly diagnostic: Diagnostic; readonly hosts: Set<string> }>();
  const written = new Set([...earlier, ...namesWritten(play)]);
  for (const host of hosts) {
    const check = new HostCheck(contextOf(host), written, (diagnostic) => {
      const where = diagnostic.at ? formatPosition(diagnostic.at) : '';
      const key = `${where}\0${diagnostic.message}`;
      const known = found.get(key);
      if (known) known.hosts.add(host.name);
      else found.set(key, { diagnostic, hosts: new Set([host.name]) });
    });
    check.inputs(rolesOf(play));
    check.nodes(play.nodes, []);
    check.nodes(play.handlers, []);
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

/** Names that tasks of the play give to a host while it runs. */
export function namesWritten(play: Play): Set<string> {
  const names = new Set<string>();
  const visit = (node: Node) => {
    if (node.kind === 'task') {
      if (node.register) names.add(node.register);
      for (const name of factsOf(node)) names.add(name);
    } else if (node.kind === 'block')
      for (const inner of [...node.block, ...node.rescue, ...node.always]) visit(inner);
    else if (node.kind === 'include') for (const inner of node.nodes) visit(inner);
  };
  for (const node of [...play.nodes, ...play.handlers]) visit(node);
  names.add('ansible_failed_task');
  names.add('ansible_failed_result');
  return names;
}

class HostCheck {
  private readonly context: HostContext;
  private readonly pending: ReadonlyMap<string, string>;
  private readonly waived = new Set<string>();
  private readonly report: (diagnostic: Diagnostic) => void;

  constructor(context: HostContext, written: ReadonlySet<string>, report: (diagnostic: Diagnostic) => void) {
    this.context = context;
    this.pending = new Map([...written].map((name) => [name, `${name} is known only when the play runs`]));
    this.report = report;
  }

  /** What the roles of the play are given on this host: all that they need, and of the declared type. */
  inputs(uses: ReadonlySet<RoleUse>): void {
    for (const use of uses) {
      this.waive(use);
      if (use.flawed) continue;
      const scope = scopeOf(this.context, { role: use, layers: [] }, new Map(), [], this.pending);
      for (const diagnostic of checkInputs(use.role, scope)) this.report(diagnostic);
    }
  }

  /** Names of which it is said elsewhere that they are missing, or declared wrongly. */
  private waive(use: RoleUse): void {
    for (const input of use.role.inputs.values())
      if (use.flawed || input.required) this.waived.add(input.name);
  }

  private lacksWaived(texts: readonly (Template | Expression)[], scope: LadderScope): boolean {
    const lacks = (name: string) => this.waived.has(name) && !scope.has(name);
    return texts.some((text) => [...text.reads].some(lacks));
  }

  nodes(nodes: readonly Node[], around: readonly Round[]): void {
    for (const node of nodes) {
      if (node.kind === 'task') this.task(node, around);
      else if (node.kind === 'block' || node.kind === 'include') this.group(node, around);
      else if (node.kind === 'meta') this.when(node.when, this.scope(node, around));
    }
  }

  private scope(node: Parameters<typeof scopeOf>[1], around: readonly Round[]): LadderScope {
    return scopeOf(this.context, node, new Map(), around, this.pending);
  }

  private group(node: Block | Include, around: readonly Round[]): void {
    const scope = this.scope(node, around);
    if (node.kind === 'include' && !this.when(node.when, scope)) return;
    const inside = node.kind === 'block' ? [...node.block, ...node.rescue, ...node.always] : node.nodes;
    for (const round of this.rounds(node, scope)) this.nodes(inside, round ? [...around, round] : around);
  }

  private task(task: Task, around: readonly Round[]): void {
    const outer = this.scope(task, around);
    if (!task.loop && !this.when(task.when, outer)) return;
    for (const round of this.rounds(task, outer)) this.item(task, round ? [...around, round] : around);
  }

  private item(task: Task, around: readonly Round[]): void {
    const scope = this.scope(task, around);
    if (task.loop && !this.when(task.when, scope)) return;
    const found = this.undefinedNames(task, scope);
    for (const diagnostic of found) this.report(diagnostic);
    if (found.length > 0 || task.flawed || this.lacksWaived([task.params], scope)) return;
    if (!this.delegate(task, scope)) return;
    const work = prepare(task, this.context.host.name, scope, this.context.run);
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

  /** False, and reported: it is given to a host that the inventory lacks. */
  private delegate({ delegateTo }: Task, scope: LadderScope): boolean {
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

  /** The rounds that can be known; one without loop variables' values where they can't. */
  private rounds(node: Task | Block | Include, scope: LadderScope): (Round | null)[] {
    if (!node.loop) return [null];
    const undefinedInLoop = this.undefinedIn([node.loop.items], scope, new Set());
    for (const diagnostic of undefinedInLoop) this.report(diagnostic);
    if (undefinedInLoop.length > 0) return [];
    const items = itemsOf(node.loop, scope);
    if (items.kind === 'fault') this.report(items.diagnostic);
    if (items.kind === 'value') return rounds(node.loop, items.value).map((item) => item.round);
    return [];
  }

  /** False: known not to hold, so that what hangs on it is not looked at. */
  private when(when: readonly Expression[], scope: LadderScope): boolean {
    const verdict = conditions(when, scope);
    if (verdict.kind === 'value') return verdict.value;
    const found = this.undefinedIn(when, scope, new Set());
    for (const diagnostic of found) this.report(diagnostic);
    if (verdict.kind === 'fault' && found.length === 0 && !this.lacksWaived(when, scope))
      this.report(verdict.diagnostic);
    return verdict.kind === 'unknown';
  }

  private undefinedNames(task: Task, scope: LadderScope): Diagnostic[] {
    const own = new Set<string>(task.register ? [task.register] : []);
    const judgements = [task.changedWhen, task.failedWhen, task.until].flatMap((list) => list ?? []);
    const texts: (Template | Expression)[] = [task.params, ...task.environment, ...task.notify];
    for (const one of [
      task.delegateTo,
      task.become.user,
      task.become.active,
      task.retries,
      task.delay,
      task.timeout,
    ]) {
      if (one && typeof one === 'object') texts.push(one);
    }
    const found = [...this.undefinedIn(texts, scope, own), ...this.undefinedIn(judgements, scope, own)];
    for (const { text } of task.templates) {
      for (const name of text.reads)
        if (!this.isDefined(name, scope, own))
          found.push(this.missing(name, text.spanOf(name), task.params.at, scope));
    }
    return found;
  }

  private undefinedIn(
    texts: readonly (Template | Expression)[],
    from: LadderScope,
    own: ReadonlySet<string>,
  ): Diagnostic[] {
    return texts.flatMap((text) => {
      const scope = from.at(text.site);
      const missing = [...text.reads].filter((name) => !this.isDefined(name, scope, own));
      return missing.map((name) => this.missing(name, spanIn(text, name), text.at, scope));
    });
  }

  private isDefined(name: string, scope: LadderScope, own: ReadonlySet<string>): boolean {
    return own.has(name) || scope.has(name) || this.waived.has(name);
  }

  private missing(name: string, span: Span | undefined, otherwise: Position, scope: LadderScope): Diagnostic {
    const hint =
      CAPITALS.get(name) ??
      didYouMean(name, scope.names()) ??
      'give it in the inventory, in vars, or with -e';
    const message = `there is no variable called "${name}"`;
    if (span) return fault(span, 'undefined-variable', message, hint);
    return { code: 'undefined-variable', at: otherwise, message, hint };
  }
}

/** Python's words, which would be names here. */
const CAPITALS = new Map([
  ['True', 'write true'],
  ['False', 'write false'],
  ['None', 'write null'],
]);

/** Where a text that was written in a file mentions a name. */
function spanIn(text: Template | Expression | TextTemplate, name: string): Span | undefined {
  return 'spanOf' in text ? (text as Pick<TextTemplate, 'spanOf'>).spanOf(name) : undefined;
}
