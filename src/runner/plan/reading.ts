import { FACT_VARIABLES } from '../contract/facts.ts';
import type { InventoryHost, Layer, Node, Play, Task, Variable } from '../language/model.ts';
import { allTexts } from './texts.ts';

/**
 * The play as it is run on these hosts. It begins by asking for facts if something in it reads one, and runs linear if
 * it reads what other hosts have come to.
 */
export function asRead(play: Play, hosts: readonly InventoryHost[], extra: Layer | null): Play {
  const { names, isSure } = readingOf(play, hosts, extra);
  const others = names.has('hostvars');
  const facts = !isSure || others || Object.keys(FACT_VARIABLES).some((name) => names.has(name));
  const asks = facts && play.gatherFacts && play.facts ? [play.facts] : [];
  if (asks.length === 0 && !others) return play;
  return { ...play, nodes: [...asks, ...play.nodes], ...(others ? { strategy: 'linear' } : {}) };
}

/** Every name that something in the play may read, also through other variables. */
function readingOf(play: Play, hosts: readonly InventoryHost[], extra: Layer | null): Reading {
  const reading = new Reading();
  reading.layers([...(extra ? [extra] : []), ...play.layers, ...hosts.flatMap((host) => host.layers)]);
  for (const node of [...play.nodes, ...play.handlers]) reading.node(node);
  reading.follow();
  return reading;
}

class Reading {
  readonly names = new Set<string>();
  /** False: there are templates of which is not known what they read. */
  isSure = true;
  private readonly variables = new Map<string, Set<Variable>>();
  private readonly seen = new Set<Layer>();

  layers(layers: readonly Layer[]): void {
    for (const layer of layers) {
      if (this.seen.has(layer)) continue;
      this.seen.add(layer);
      for (const variable of layer.variables.values()) {
        if (variable.value.constant !== undefined) continue;
        const known = this.variables.get(variable.name);
        if (known) known.add(variable);
        else this.variables.set(variable.name, new Set([variable]));
      }
    }
  }

  node(node: Node): void {
    this.layers(node.layers);
    if (node.role) this.layers([node.role.role.defaults, node.role.role.vars, node.role.parameters]);
    for (const text of allTexts(node)) {
      if (text.site) this.layers(text.site.layers);
      this.add(text.mentions);
    }
    if (node.kind === 'task') this.templates(node);
    if (node.kind === 'block')
      for (const inner of [...node.block, ...node.rescue, ...node.always]) this.node(inner);
    if (node.kind === 'include') for (const inner of node.nodes) this.node(inner);
  }

  /** Templates that the type renders, as far as they are known: a name that varies, or a directory, is not. */
  private templates(task: Task): void {
    for (const { text } of task.templates) this.add(text.mentions);
    const renders = Object.values(task.type.schema.properties).some(({ source }) => source === 'templates');
    if (renders && task.templates.length === 0) this.isSure = false;
  }

  /** What the variables that are read are made of. */
  follow(): void {
    // Names are added while they are gone through.
    for (const name of this.names)
      for (const { value } of this.variables.get(name) ?? []) this.add(value.mentions);
  }

  private add(names: ReadonlySet<string>): void {
    for (const name of names) this.names.add(name);
  }
}
