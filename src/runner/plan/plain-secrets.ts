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

/** Warnings: what a role declares secret stands in a file for everybody to read (not in a vault, nor given with -e). */
export function plainSecrets(plays: readonly OnHosts[], run: RunContext): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const { play, hosts } of plays) {
    const uses = [...rolesOf(play)].filter(({ role }) =>
      [...role.inputs.values()].some((input) => input.secret),
    );
    for (const host of hosts) {
      for (const use of uses) {
        const scope = scopeOf(alone(run, play, host), { role: use, layers: [] }, new Map());
        for (const { name, secret } of use.role.inputs.values()) {
          const source = secret ? plainSource(name, scope, run.extra, new Set()) : null;
          const place = source && `${source.at.file}:${source.at.line}:${source.name}`;
          if (place && !found.has(place)) found.set(place, plainSecret(source, name, use.role.name));
        }
      }
    }
  }
  return [...found.values()];
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
  return value === undefined || value === null || value === '' || typeof value === 'boolean';
}

function plainSecret({ name, at }: Variable, input: string, role: string): Diagnostic {
  const what = name === input ? '' : ` (as "${input}")`;
  return {
    code: 'plain-secret',
    severity: 'warning',
    at,
    message: `"${name}" is a secret of the role ${role}${what}, and stands here unencrypted`,
    hint: `mama-play vault encrypt-string --prompt --name ${name} makes a text to put in its place`,
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
  return { run, play, host, playHosts: () => [], batchHosts: () => [], memoryOf: () => new Map() };
}
