import type { Layer } from './frame.ts';
import { entered, runAll, steps } from './groups.ts';
import { writtenOf } from './inventory.ts';
import { someLoop } from './loops.ts';
import { kindsOf, type Place } from './place.ts';
import { someCondition, someDefinition } from './texts.ts';
import { BASE, type Data, declared, kindOf, OTHERS } from './values.ts';
import {
  NO_NAMES,
  type Node,
  type RoleInput,
  type RoleText,
  type Step,
  type Writer,
  within,
} from './writer.ts';

/** A role of its own folder, that may call those that are there already. */
export function someRole(writer: Writer): RoleText {
  const { draw, files } = writer;
  const name = `role${writer.next()}`;
  const isDeclared = draw.chance(60);
  const names = draw.some([...BASE, ...OTHERS], 30);
  const inputs = names.map((one): RoleInput => ({ name: one, required: draw.chance(40) }));
  const own = draw.some(
    [...BASE, ...OTHERS].filter((one) => !names.includes(one)),
    15,
  );
  const place: Place = {
    project: writer.project,
    level: 'play',
    hosts: [],
    names: kindsOf([...(isDeclared ? [] : BASE), ...names, ...own]),
    ambient: new Set(),
    loops: new Map(),
    made: NO_NAMES,
    role: name,
  };
  const defaults = writer.layer(
    inputs.flatMap((one) => (one.required ? [] : [one.name])),
    place,
  );
  const model = { name, defaults, vars: writer.layer(own, place) };
  const folder = `roles/${name}/`;
  if (isDeclared) files.set(`${folder}variables.yaml`, schemaOf(inputs, defaults));
  else if (defaults.size > 0) files.set(`${folder}defaults/main.yaml`, writtenOf(defaults));
  if (own.length > 0) files.set(`${folder}vars/main.yaml`, writtenOf(model.vars));
  const { nodes, gives } = steps(writer, place, 4, 1);
  files.set(
    `${folder}tasks/main.yaml`,
    nodes.map(({ yaml }) => yaml),
  );
  return { model, declared: isDeclared, inputs, nodes, gives, handler: null };
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

/** `import_role` or `include_role`. */
export function uses(writer: Writer, place: Place): Step {
  const { draw } = writer;
  const role = draw.pick(writer.roles);
  const dynamic = draw.chance(60);
  const loop = dynamic && draw.chance(40) ? someLoop(writer, place) : null;
  const inside = loop ? within(place, loop.names) : place;
  const when = draw.chance(25) ? someCondition(draw, inside) : null;
  const layer = given(writer, role, inside);
  const number = writer.next();
  const run = entered({ loop, when }, dynamic, (frames) =>
    runAll(
      role.nodes,
      frames.map((frame) => frame.into(role.model, layer)),
    ),
  );
  const node: Node = {
    yaml: {
      name: `u${number}`,
      [dynamic ? 'include_role' : 'import_role']: { name: role.model.name },
      ...(layer.size > 0 ? { vars: writtenOf(layer) } : {}),
      ...(when ? { when: when.written } : {}),
      ...(loop?.yaml ?? {}),
    },
    run,
  };
  return { node, gives: loop || when ? NO_NAMES : role.gives };
}
