import type { Frame, Layer } from './frame.ts';
import { entered, runAll, steps } from './groups.ts';
import { writtenOf } from './inventory.ts';
import { someLoop } from './loops.ts';
import { kindsOf, NO_NAMES, type Place } from './place.ts';
import { handles } from './tasks.ts';
import { someCondition, someDefinition } from './texts.ts';
import { BASE, type Data, declared, kindOf, OTHERS } from './values.ts';
import { joined, type RoleInput, type RoleText, type Step, type Writer, within } from './writer.ts';

/** A role of its own folder, that may call those that are there already. */
export function someRole(writer: Writer): RoleText {
  const { draw, files } = writer;
  const name = `role${writer.next()}`;
  const isDeclared = draw.chance(60);
  const names = draw.some([...BASE, ...OTHERS], 30);
  const free = [...BASE, ...OTHERS].filter((one) => !names.includes(one));
  const own = draw.some(free, 15);
  const rest = free.filter((one) => isDeclared && kindOf(one) === 'text' && !own.includes(one));
  const optional = new Set(draw.some(rest, 50));
  const inputs = [
    ...names.map((one): RoleInput => ({ name: one, required: draw.chance(40), optional: false })),
    ...[...optional].map((one): RoleInput => ({ name: one, required: false, optional: true })),
  ];
  const place: Place = {
    project: writer.project,
    level: 'play',
    hosts: [],
    names: kindsOf([...(isDeclared ? [] : BASE), ...names, ...own]),
    ambient: new Set(),
    optional,
    loops: new Map(),
    made: NO_NAMES,
    floor: 0,
    role: name,
  };
  const defaults = writer.layer(
    inputs.flatMap((one) => (one.required || one.optional ? [] : [one.name])),
    place,
  );
  const model = { name, defaults, vars: writer.layer(own, place) };
  const folder = `roles/${name}/`;
  if (isDeclared) files.set(`${folder}variables.yaml`, schemaOf(inputs, defaults));
  else if (defaults.size > 0) files.set(`${folder}defaults/main.yaml`, writtenOf(defaults));
  if (own.length > 0) files.set(`${folder}vars/main.yaml`, writtenOf(model.vars));
  const handlers = draw.chance(40) ? draw.times(1, 2, () => handles(writer, place)) : [];
  const needed = draw.chance(25) && writer.roles.length > 0 ? [entry(writer, place)] : [];
  if (handlers.length > 0) files.set(`${folder}handlers/main.yaml`, yamlOf(handlers));
  files.set(`${folder}meta/main.yaml`, { allow_duplicates: true, dependencies: yamlOf(needed) });
  const before = needed.reduce((gives, step) => joined(gives, step.gives), NO_NAMES);
  writer.handlers = handlers.map(({ handler }) => handler);
  writer.called = handlers.length > 0 || needed.some(({ role }) => role.handles);
  const { nodes, gives } = steps(writer, { ...place, made: before }, 4, 1);
  writer.handlers = [];
  files.set(`${folder}tasks/main.yaml`, yamlOf(nodes));
  return {
    model,
    declared: isDeclared,
    inputs,
    nodes: [...needed.map(({ node }) => node), ...nodes],
    gives: joined(before, gives),
    handles: writer.called,
  };
}

export function yamlOf(parts: readonly { readonly yaml: Data }[]): Data[] {
  return parts.map(({ yaml }) => yaml);
}

function schemaOf(inputs: readonly RoleInput[], defaults: Layer): Data {
  const required = inputs.flatMap((input) => (input.required ? [input.name] : []));
  const properties = inputs.map(({ name }): readonly [string, Data] => {
    const given = defaults.get(name);
    return [name, { ...declared(kindOf(name)), ...(given ? { default: given.written } : {}) }];
  });
  return {
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(properties),
  };
}

/** What a role is given at a place: all that nobody else gives it, and some more. */
export function given(writer: Writer, { inputs }: RoleText, place: Place): Layer {
  const { draw } = writer;
  const chosen = inputs.filter(({ name, required }) =>
    draw.chance(required && !place.ambient.has(name) ? 100 : 30),
  );
  return new Map(
    chosen.map(({ name }) => [name, someDefinition(draw, name, place, Number.POSITIVE_INFINITY)]),
  );
}

function intoAll(role: RoleText, layer: Layer): (frames: readonly Frame[]) => void {
  return (frames) =>
    runAll(
      role.nodes,
      frames.map((frame) => frame.into(role.model, layer)),
    );
}

/** An entry of `roles` or `dependencies`, given its parameters in one of the two ways. */
export function entry(writer: Writer, place: Place): Step & { readonly yaml: Data; readonly role: RoleText } {
  const { draw } = writer;
  const role = draw.pick(writer.roles);
  const layer = given(writer, role, place);
  const { name } = role.model;
  const words = draw.chance(50) ? writtenOf(layer) : { vars: writtenOf(layer) };
  const yaml = layer.size > 0 ? { role: name, ...words } : { role: name };
  return { node: { yaml, run: intoAll(role, layer) }, gives: role.gives, yaml, role };
}

/** `import_role` or `include_role`. */
export function uses(writer: Writer, place: Place): Step {
  const { draw } = writer;
  const role = draw.pick(writer.roles.filter(({ handles: has }) => !has || place.loops.size === 0));
  writer.called ||= role.handles;
  const dynamic = draw.chance(60);
  const loop = dynamic && !role.handles && draw.chance(40) ? someLoop(writer, place) : null;
  const inside = loop ? within(place, loop.names) : place;
  const when = draw.chance(25) ? someCondition(draw, inside) : null;
  const layer = given(writer, role, inside);
  const yaml = {
    name: `u${writer.next()}`,
    [dynamic ? 'include_role' : 'import_role']: { name: role.model.name },
    ...(layer.size > 0 ? { vars: writtenOf(layer) } : {}),
    ...(when ? { when: when.written } : {}),
    ...(loop?.yaml ?? {}),
  };
  const run = entered({ loop, when }, dynamic, intoAll(role, layer));
  return { node: { yaml, run }, gives: loop || when ? NO_NAMES : role.gives };
}
