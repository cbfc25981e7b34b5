import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import { localTask, type TaskType } from '../contract/task-type.ts';
import type { Directives, Node, Role, RoleInput, RoleUse, Scope } from '../language/model.ts';
import { validateParams } from '../language/params.ts';
import { plainlyFits } from '../language/params-schema.ts';
import { fault } from '../language/source.ts';
import { constantTemplate, isWritten } from '../language/template.ts';
import type { LadderScope } from './scope.ts';

/** Every use of a role. */
export function rolesOf(nodes: readonly Node[]): Set<RoleUse> {
  return new Set(usesOf(nodes).map(({ use }) => use));
}

/** Those that stand within loops, with the names that these give. */
export function loopedRolesOf(nodes: readonly Node[]): ReadonlyMap<RoleUse, readonly string[]> {
  return new Map(usesOf(nodes).flatMap(({ use, loops }) => (loops.length > 0 ? [[use, loops]] : [])));
}

function usesOf(nodes: readonly Node[]): { readonly use: RoleUse; readonly loops: readonly string[] }[] {
  const uses: { use: RoleUse; loops: readonly string[] }[] = [];
  const visit = (node: Node, loops: readonly string[]) => {
    if (node.role) uses.push({ use: node.role, loops });
    if (node.kind !== 'block' && node.kind !== 'include') return;
    const inside = node.kind === 'block' ? [...node.block, ...node.rescue, ...node.always] : node.nodes;
    const own = node.loop ? [node.loop.loopVar, node.loop.indexVar ?? node.loop.loopVar] : [];
    for (const inner of inside) visit(inner, [...loops, ...own]);
  };
  for (const node of nodes) visit(node, []);
  return uses;
}

/** The values that the role around a task declares to be secret, as far as they are known. */
export function secretInputs({ role: use }: Pick<Directives, 'role'>, scope: Scope): Json[] {
  return [...(use?.role.inputs.values() ?? [])]
    .filter((input) => input.secret)
    .flatMap((input) => {
      const value = scope.get(input.name);
      return value?.kind === 'value' ? [value.value] : [];
    });
}

/** What a role declares in its `variables.yaml`, against what it is given on a host. */
export function checkInputs(role: Role, scope: LadderScope): Diagnostic[] {
  return [...role.inputs.values()].flatMap((input) => checkInput(role, input, scope));
}

function checkInput(role: Role, input: RoleInput, scope: LadderScope): Diagnostic[] {
  const given = scope.get(input.name);
  if (!given) {
    if (!input.required) return [];
    const message = `the role ${role.name} needs "${input.name}", which nobody gives it`;
    const what = input.schema.description ? `: ${input.schema.description}` : '';
    return [
      {
        code: 'missing-input',
        at: input.at,
        message,
        hint: `give it in the inventory, or as a parameter of the role${what}`,
      },
    ];
  }
  if (given.kind === 'fault') return [given.diagnostic];
  if (given.kind === 'unknown') return [];
  if (plainlyFits(input.schema, given.value)) return [];
  const origin = scope.origin(input.name);
  const at = origin?.at ?? input.at;
  const checked = validateParams(typeOf(input), { [input.name]: given.value }, constantTemplate({}, at));
  if (!('diagnostics' in checked)) return [];
  const hint = `the role ${role.name} declares it so, and gets it from here`;
  // The line of a secret is shown to nobody.
  const span = origin && !input.secret && isWritten(origin.value) ? origin.value.span : null;
  return checked.diagnostics.map(({ code, message }) =>
    span ? fault(span, code, message, hint) : { code, at, message, hint },
  );
}

const types = new WeakMap<RoleInput, TaskType>();

/** An input's declaration in the form that parameters of tasks are checked by. */
function typeOf(input: RoleInput): TaskType {
  let type = types.get(input);
  if (!type) {
    type = localTask({
      name: input.name,
      schema: {
        type: 'object',
        description: '',
        properties: { [input.name]: input.schema },
        additionalProperties: false,
      } as const,
      evaluate: () => ({ result: {} }),
    });
    types.set(input, type);
  }
  return type;
}
