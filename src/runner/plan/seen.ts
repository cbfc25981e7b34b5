import type { Diagnostic, Position } from '../contract/diagnostic.ts';
import { FACT_VARIABLES } from '../contract/facts.ts';
import { isConnectionVariable } from '../language/connection-variables.ts';
import { MAGIC, magicHint } from '../language/magic.ts';
import type { Expression, Role, Site, Template, Variable } from '../language/model.ts';
import { ANY, type Foreseen, record, type Shape, shapeOfValue } from '../language/shape.ts';
import { fault, type Span } from '../language/source.ts';
import { didYouMean } from '../language/suggest.ts';
import type { TextTemplate } from '../language/text-template.ts';
import { hostScope, type RunContext } from './context.ts';
import type { LadderScope } from './scope.ts';

/** What is there only when the play runs. */
export interface Later {
  /** Names that tasks of this play or of earlier ones give, and loop variables that are not known. */
  readonly written: ReadonlyMap<string, Shape>;
  /** Of `hostvars` and `groups`. */
  readonly inventory: ReadonlyMap<string, () => Shape>;
  /** Names of which it is said elsewhere that they are missing, or declared wrongly. */
  readonly waived: ReadonlySet<string>;
}

/** What a step sees before anything has run: its variables, and the shapes of those that have no value yet. */
export class Seen {
  readonly scope: LadderScope;
  private readonly later: Later;
  /** Where the texts are written, unless they say otherwise themselves. */
  private readonly place: Site;
  /** Names that are there although the scope does not know them. */
  private readonly own: ReadonlyMap<string, Shape>;
  /** Variables whose shape is being asked for: one that is made of itself has none. */
  private readonly underway: Set<Variable>;

  constructor(
    scope: LadderScope,
    later: Later,
    place: Site,
    own: ReadonlyMap<string, Shape> = new Map(),
    underway: Set<Variable> = new Set(),
  ) {
    this.scope = scope;
    this.later = later;
    this.place = place;
    this.own = own;
    this.underway = underway;
  }

  /** The same with one variable more, whatever it was before. */
  with(name: string, shape: Shape): Seen {
    return new Seen(this.scope, this.later, this.place, new Map([[name, shape]]));
  }

  /** Names that a role does not declare, and what can't be by the variables' shapes. */
  misfits(texts: readonly (Template | Expression)[]): readonly Diagnostic[] {
    return texts.flatMap((text) => [
      ...this.at(text).undeclared(text.reads, (name) => spanIn(text, name), text.at),
      ...this.foreseen(text).mistakes,
      ...this.behind(text),
    ]);
  }

  /** What can't be in the variables that a text reads, and in those that they are made of. */
  behind(text: Pick<Template, 'reads' | 'site'>, passed = new Set<Variable>()): Diagnostic[] {
    const there = this.at(text);
    return [...text.reads].flatMap((name) => {
      const variable = there.madeLater(name);
      if (!variable || passed.has(variable)) return [];
      passed.add(variable);
      return [...there.foreseen(variable.value).mistakes, ...there.behind(variable.value, passed)];
    });
  }

  /** Of a name whose value hangs on what is there only when the play runs: the variable that it stands for. */
  private madeLater(name: string): Variable | undefined {
    if (this.own.has(name) || this.later.written.has(name) || !this.scope.isWritten(name)) return undefined;
    return this.scope.get(name)?.kind === 'unknown' ? this.scope.origin(name) : undefined;
  }

  /** Of the names that a text here reads, those that are there, and that its role does not declare. */
  undeclared(
    reads: ReadonlySet<string>,
    spanOf: (name: string) => Span | undefined,
    otherwise: Position,
  ): Diagnostic[] {
    const names = [...reads].filter((name) => this.isUndeclared(name));
    return names.map((name) => undeclaredName(name, spanOf(name), otherwise, this.place.role!.role));
  }

  /** Undefined variables; and where there are none, what can't be by the variables' shapes. */
  wrong(texts: readonly (Template | Expression)[]): Diagnostic[] {
    return texts.flatMap((text) => {
      const there = this.at(text);
      const missing = [...text.reads].filter((name) => !there.isDefined(name));
      if (missing.length === 0) return this.misfits([text]);
      return missing.map((name) => undefinedName(name, spanIn(text, name), text.at, there.scope));
    });
  }

  /** It can't be evaluated, for a reason that was said. */
  lacksWaived(texts: readonly (Template | Expression)[]): boolean {
    const lacks = (name: string) => this.later.waived.has(name) && !this.scope.has(name);
    return texts.some((text) => [...text.reads].some(lacks));
  }

  shape(text: Template | Expression): Shape {
    return this.foreseen(text).shape;
  }

  private foreseen(text: Template | Expression): Foreseen {
    const there = this.at(text);
    return text.foresee((name) => there.shapeOf(name));
  }

  shapeOf(name: string): Shape {
    const own = this.own.get(name);
    if (own) return own;
    const ofInventory = this.later.inventory.get(name);
    if (ofInventory) return ofInventory();
    if (Object.hasOwn(MAGIC, name)) return MAGIC[name]!;
    const { written } = this.later;
    const declared = this.place.role?.role.inputs.get(name)?.schema;
    const value = this.scope.get(name);
    if (value?.kind === 'value')
      return declared && value.value !== null ? declared : shapeOfValue(value.value);
    // A name that is given a value elsewhere too may have that one.
    if (this.scope.origin(name)) return written.has(name) ? ANY : (declared ?? this.shapeBehind(name));
    return written.get(name) ?? ANY;
  }

  private shapeBehind(name: string): Shape {
    const { underway } = this;
    const variable = this.madeLater(name);
    if (!variable || underway.has(variable)) return ANY;
    underway.add(variable);
    const shape = this.shape(variable.value);
    underway.delete(variable);
    return shape;
  }

  private at({ site }: Pick<Template, 'site'>): Seen {
    if (!site) return this;
    return new Seen(this.scope.at(site), this.later, site, this.own, this.underway);
  }

  /**
   * A role that declares its inputs reads nothing of its surroundings but those, what the run gives, what tasks left
   * behind, and how the host is reached (DESIGN section 10, "Names").
   */
  private isUndeclared(name: string): boolean {
    const { role: use, layers } = this.place;
    if (!use?.role.declared || use.flawed || this.own.has(name) || !this.scope.isWritten(name)) return false;
    const { inputs, defaults, vars } = use.role;
    if (inputs.has(name) || isConnectionVariable(name)) return false;
    return [defaults, vars, ...layers].every(({ variables }) => !variables.has(name));
  }

  isDefined(name: string): boolean {
    return this.own.has(name) || this.scope.has(name) || this.later.waived.has(name);
  }
}

/** What hangs on which hosts and groups there are; `written`: what any host may be given while the plays run. */
export function inventoryShapes(run: RunContext, written: ReadonlyMap<string, Shape>): Later['inventory'] {
  const names: Shape = { type: 'array', items: { type: 'string' } };
  const groups = ['all', ...run.inventory.groups.keys()].map((name) => [name, names]);
  return new Map([
    ['hostvars', once(() => hostvarsShape(run, written))],
    ['groups', once(() => record(Object.fromEntries(groups)))],
  ]);
}

/** Of each host what the inventory says, and what any host may be given. */
function hostvarsShape(run: RunContext, written: ReadonlyMap<string, Shape>): Shape {
  const given = Object.fromEntries([...written.keys()].map((name) => [name, ANY]));
  const hosts = [...run.inventory.hosts.values()].map((host) => {
    const own = [...hostScope(run, host).names()].map((name) => [name, ANY]);
    return [host.name, record({ ...given, ...Object.fromEntries(own) })];
  });
  return record(Object.fromEntries(hosts));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export function undefinedName(
  name: string,
  span: Span | undefined,
  otherwise: Position,
  scope: LadderScope,
): Diagnostic {
  const near = didYouMean(name, [...scope.names(), ...Object.keys(FACT_VARIABLES)]);
  const hint =
    CAPITALS.get(name) ??
    (/\W/.test(name) ? AS_YAML : undefined) ??
    magicHint(name) ??
    factHint(name) ??
    near ??
    'give it in the inventory, in vars, or with -e';
  const message = `there is no variable called "${name}"`;
  if (span) return fault(span, 'undefined-variable', message, hint);
  return { code: 'undefined-variable', at: otherwise, message, hint };
}

function undeclaredName(name: string, span: Span | undefined, otherwise: Position, role: Role): Diagnostic {
  const message = `the role "${role.name}" reads "${name}", which its variables.yaml does not declare`;
  const near = didYouMean(name, role.inputs.keys());
  const hint = near ?? `declare it there: ${name}: {type: …, description: …}`;
  if (span) return fault(span, 'undeclared-variable', message, hint);
  return { code: 'undeclared-variable', at: otherwise, message, hint };
}

const AS_YAML = 'lists and maps are written as YAML, outside of {{ }}';

/** Python's words, which would be names here. */
const CAPITALS = new Map([
  ['True', 'write true'],
  ['False', 'write false'],
  ['None', 'write null'],
]);

/** Facts of Ansible that nobody asks for here, and how to come to them. */
const NOT_ASKED: readonly (readonly [RegExp, string])[] = [
  [/^python/, 'nothing here needs Python on a host'],
  [/^processor/, 'see ansible_processor_vcpus, or read what command: lscpu says'],
  [/^virtualization/, 'read what command: systemd-detect-virt says'],
  [/^(?:mounts|devices|lvm)$/, 'read what command: df, or lsblk, says'],
  [/^selinux/, 'read what command: getenforce says'],
  [/^lsb$/, 'see ansible_distribution, ansible_distribution_release'],
  [
    /^(?:dns|cmdline|proc_cmdline|fips|is_chroot|loadavg|machine_id|hostnqn|apparmor|ssh_host_key_|distribution_file_)/,
    'ask for it with command, register and changed_when: false',
  ],
  [/^(?:bios|product|system_vendor|board|chassis)/, 'read a file below /sys/class/dmi/id with command: cat'],
];

function factHint(name: string): string | undefined {
  if (Object.hasOwn(FACT_VARIABLES, name))
    return 'it is a fact, and the play says gather_facts: false: remove that, or write setup: {} before';
  if (isConnectionVariable(name)) return 'it is there only where the inventory sets it';
  const fact = name.replace(/^ansible_/, '');
  const [, instead] = (fact !== name && NOT_ASKED.find(([pattern]) => pattern.test(fact))) || [];
  if (instead !== undefined) return `no such fact is asked for: ${instead}`;
  if (/^ansible_(?:eth|en|wl|br|bond|lo|docker|veth)[a-z]*\d*\w*$/.test(name) && !/^ansible_env/.test(name))
    return 'interfaces are not described: see ansible_default_ipv4, ansible_all_ipv4_addresses, ansible_interfaces';
  return undefined;
}

/** Where a text that was written in a file mentions a name. */
export function spanIn(text: Template | Expression, name: string): Span | undefined {
  return 'spanOf' in text ? (text as Pick<TextTemplate, 'spanOf'>).spanOf(name) : undefined;
}
