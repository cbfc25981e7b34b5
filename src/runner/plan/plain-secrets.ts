import type { Diagnostic } from '../contract/diagnostic.ts';
import type { InventoryHost, Layer, Play, Variable } from '../language/model.ts';
import { type HostContext, hostScope, type RunContext, scopeOf } from './context.ts';
import { rolesOf } from './inputs.ts';
import type { LadderScope } from './scope.ts';

interface OnHosts {
  readonly play: Play;
  readonly hosts: readonly InventoryHost[];
}

/** A variable of this name in a vault says that everybody knows its values. */
const EXAMPLE = 'mama_example_vault';
/** Groups named as the environments that serve people. */
const REAL = ['qa', 'prod'];

/** A value for everybody to read, and what it is used as. */
interface Plain {
  readonly variable: Variable;
  readonly input: string;
  readonly role: string;
}

/**
 * Warnings, one per file: what a role declares secret stands there for everybody to read (not in a vault, nor given
 * with -e).
 */
export function plainSecrets(plays: readonly OnHosts[], run: RunContext): Diagnostic[] {
  const files = new Map<string, Map<string, Plain>>();
  for (const { play, hosts } of plays) {
    const uses = [...rolesOf([...play.nodes, ...play.handlers])].filter(({ role }) =>
      [...role.inputs.values()].some((input) => input.secret),
    );
    for (const host of hosts) {
      for (const use of uses) {
        const scope = scopeOf(alone(run, play, host), { role: use, layers: [] }, new Map());
        for (const { name, secret } of use.role.inputs.values()) {
          const variable = secret ? plainSource(name, scope, run.extra, new Set()) : null;
          if (variable) note(files, { variable, input: name, role: use.role.name });
        }
      }
    }
  }
  return [...files].map(([file, found]) => plainSecret(file, [...found.values()]));
}

/** Keeps the first use of each place. */
function note(files: Map<string, Map<string, Plain>>, plain: Plain): void {
  const { name, at } = plain.variable;
  const found = files.get(at.file) ?? new Map<string, Plain>();
  const place = `${at.line}:${name}`;
  if (!found.has(place)) found.set(place, plain);
  files.set(at.file, found);
}

/** The variable whose written text gives `name` its value; null where a vault, `-e` or a task has a part in it. */
function plainSource(
  name: string,
  scope: LadderScope,
  extra: Layer | null,
  above: ReadonlySet<Variable>,
): Variable | null {
  const variable = scope.origin(name);
  if (!variable || above.has(variable) || extra?.variables.get(name) === variable) return null;
  const { value } = variable;
  if (value.secret) return null;
  if (value.mentions.size === 0) return isBlank(value.constant) ? null : variable;
  const inner = scope.at(value.site);
  const seen = new Set([...above, variable]);
  const sources = [...value.mentions].map((mention) => plainSource(mention, inner, extra, seen));
  return sources.includes(null) ? null : (sources[0] ?? null);
}

function isBlank(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || typeof value === 'boolean';
}

/** Names that a warning lists before it only counts. */
const NAMED = 3;

function plainSecret(file: string, found: readonly Plain[]): Diagnostic {
  const sorted = [...found].sort((a, b) => a.variable.at.line - b.variable.at.line);
  const text = sorted.length === 1 ? ofOne(sorted[0]!) : ofSeveral(file, sorted);
  return { code: 'plain-secret', severity: 'warning', at: sorted[0]!.variable.at, ...text };
}

function ofOne({ variable: { name }, input, role }: Plain): Pick<Diagnostic, 'message' | 'hint'> {
  const as = name === input ? '' : ` (as "${input}")`;
  return {
    message: `"${name}" is a secret of the role ${role}${as}, and stands here unencrypted`,
    hint: `mama-play vault encrypt-string --prompt --name ${name} makes a text to put in its place`,
  };
}

function ofSeveral(file: string, all: readonly Plain[]): Pick<Diagnostic, 'message' | 'hint'> {
  const names = all.slice(0, NAMED).map(({ variable }) => `"${variable.name}"`);
  const more = all.length - names.length;
  return {
    message: `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''} are secrets of roles, and stand in this file unencrypted`,
    hint: `mama-play vault encrypt ${file} encrypts all of it`,
  };
}

/** Refusals: hosts that serve people must not get the passwords of an example. */
export function exampleVaults(plays: readonly OnHosts[], run: RunContext): Diagnostic[] {
  const hosts = new Set(plays.flatMap((play) => play.hosts));
  const found = new Map<string, Diagnostic>();
  for (const host of hosts) {
    const environment = host.groups.find((group) => REAL.includes(group));
    if (!environment) continue;
    const scope = hostScope(run, host);
    const marker = scope.get(EXAMPLE);
    if (marker?.kind !== 'value' || marker.value === false) continue;
    const at = scope.origin(EXAMPLE)?.at;
    const file = at?.file ?? 'the vault';
    if (!found.has(file)) found.set(file, exampleVault(environment, at, file));
  }
  return [...found.values()];
}

function exampleVault(environment: string, at: Diagnostic['at'], file: string): Diagnostic {
  return {
    code: 'example-vault',
    ...(at ? { at } : {}),
    message: `${file} is an example whose passwords everybody knows; hosts of ${environment} can't be run with it`,
    hint: [
      `make a real one: mama-play vault edit ${file}, put in values of your own, and remove ${EXAMPLE};`,
      `then give it a password of your own: mama-play vault rekey ${file}`,
      '(--syntax-check and --list-… work with the example too)',
    ].join('\n'),
  };
}

function alone(run: RunContext, play: Play, host: InventoryHost): HostContext {
  return {
    run,
    play,
    host,
    allHosts: [],
    playHosts: () => [],
    batchHosts: () => [],
    memoryOf: () => new Map(),
  };
}
