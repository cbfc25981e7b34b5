import { writtenOf } from './inventory.ts';
import type { Place } from './place.ts';
import { given } from './roles.ts';
import { type Data, kindOf } from './values.ts';
import type { Writer } from './writer.ts';

/** What stands only in the line that is to be told; `file`: it may stand elsewhere too. */
export interface Slip {
  readonly token: string;
  readonly file?: string;
  /** It is none where a task sets this name. */
  readonly unset?: string;
}

/** A mistake that can be known before anything runs. */
export interface Mistake extends Slip {
  readonly yaml: Data;
}

/** Something that can't be read, as each of the two languages says it. */
interface Read extends Slip {
  readonly registered?: boolean;
  readonly hbs: string;
  readonly cel: string;
}

/** In no text that is right. */
const TOKEN = 'slip9';

/** Registered by the last play only. */
export const LATE = 'r_late9';

function plain(code: string, token = code): Read {
  return { hbs: code, cel: code, token };
}

/** What is not there at the place, for one reason or another. */
function reads({ project }: Writer, place: Place): Read[] {
  const names = [...place.names.keys(), 'inventory_hostname', 'group_names'];
  const host = project.hosts[0]!;
  const all = names.map((name) => plain(`${name}${TOKEN}`));
  all.push(
    plain(LATE),
    plain(`groups.none${TOKEN}`, `none${TOKEN}`),
    { hbs: `hostvars.none${TOKEN}.text_a`, cel: `hostvars["none${TOKEN}"].text_a`, token: TOKEN },
    { hbs: `hostvars.[${host.name}].${TOKEN}`, cel: `hostvars["${host.name}"].${TOKEN}`, token: TOKEN },
  );
  // Every host has it, and a role that declares what it reads does not.
  if (place.role !== null && !place.names.has('text_a') && !place.optional.has('text_a'))
    for (let i = 0; i < 8; i++)
      all.push({
        hbs: `concat "${TOKEN}" text_a`,
        cel: `("${TOKEN}" + text_a)`,
        token: TOKEN,
        unset: 'text_a',
      });
  for (const name of place.made.results)
    all.push({ ...plain(`${name}.stdout${TOKEN}`, TOKEN), registered: true });
  return all;
}

type Carrier = (read: Read, writer: Writer, place: Place) => Data;

const DEST = '{{ inventory_dir }}/host/{{ inventory_hostname }}/slip';

const one = (yaml: Data): Data => ({ name: 'slip', ...yaml });
const debug: Data = { debug: { msg: 'x' } };

/** The places of a task in which something may be read. */
const CARRIERS: readonly Carrier[] = [
  ({ hbs }) => one({ debug: { msg: `v {{ ${hbs} }}` } }),
  ({ hbs }) => one({ debug: { msg: `{{#if ${wrapped(hbs)}}}x{{/if}}` } }),
  ({ hbs }) => one({ copy: { dest: DEST, content: `v\n{{ ${hbs} }}\n` } }),
  ({ hbs }) => one({ copy: { dest: `${DEST}{{ ${hbs} }}`, content: 'x' } }),
  ({ hbs }) => one({ set_fact: { fact9: { deep: ['x', `{{ ${hbs} }}`] } } }),
  ({ hbs }) => one({ command: 'true', environment: { WORD: `{{ ${hbs} }}` } }),
  ({ hbs }) => one({ command: { argv: ['echo', `{{ ${hbs} }}`] } }),
  ({ hbs }) => one({ shell: `echo {{ quote ${wrapped(hbs)} }}` }),
  ({ hbs }) => one({ ...debug, loop: `{{ ${hbs} }}` }),
  ({ hbs }) => one({ ...debug, loop: ['x', `{{ ${hbs} }}`] }),
  ({ hbs }) => one({ ...debug, loop: ['x'], loop_control: { loop_var: 'one9', label: `{{ ${hbs} }}` } }),
  ({ hbs }) => one({ ...debug, delegate_to: `{{ ${hbs} }}` }),
  ({ hbs }) => one({ debug: { msg: 'v {{ word9 }}' }, vars: { word9: `{{ ${hbs} }}` } }),
  ({ cel }) => one({ ...debug, when: `${cel} != "x"` }),
  ({ cel }) => one({ ...debug, when: ['1 == 1', `size(${cel}) > 1`] }),
  ({ cel }) => one({ ...debug, loop: cel }),
  ({ cel }) => one({ assert: { that: ['1 == 1', `${cel} == "x"`] } }),
  ({ cel }) => one({ command: 'true', changed_when: `${cel} == "x"` }),
  ({ cel }) => one({ command: 'true', failed_when: `${cel} == "x"` }),
  ({ cel }) => one({ command: 'true', until: `${cel} == "x"`, retries: 1 }),
  ({ cel }) => ({ block: [one(debug)], when: `${cel} == "x"` }),
  ({ hbs }) => ({ block: [one({ debug: { msg: 'v {{ word9 }}' } })], vars: { word9: `{{ ${hbs} }}` } }),
  ({ cel }) => ({ block: [one(debug)], loop: cel, loop_control: { loop_var: 'one9' } }),
  ({ hbs }) => ({ block: [one(debug)], rescue: [one({ debug: { msg: `v {{ ${hbs} }}` } })] }),
  ({ hbs }, writer, place) => {
    const src = 'slip.hbs';
    writer.files.set(`${writer.folder(place)}templates/${src}`, `one\nv {{ ${hbs} }}\n`);
    return one({ template: { src, dest: DEST } });
  },
  ({ hbs }, writer, place) => ({
    ...part(writer, place, one({ debug: { msg: 'v {{ json word9 }}' } })),
    vars: { word9: [`{{ ${hbs} }}`] },
  }),
  ({ hbs }, writer, place) => part(writer, place, one({ debug: { msg: `v {{ ${hbs} }}` } })),
  ({ cel }, writer, place) => ({ ...part(writer, place, one(debug)), when: `${cel} == "x"` }),
  ({ cel }, writer, place) => ({
    ...part(writer, place, one(debug)),
    loop: cel,
    loop_control: { loop_var: 'one9' },
  }),
];

function wrapped(code: string): string {
  return code.includes(' ') ? `(${code})` : code;
}

function part(writer: Writer, place: Place, task: Data): Data {
  const folder = place.role === null ? writer.folder(place) : `${writer.folder(place)}tasks/`;
  writer.files.set(`${folder}slip.yaml`, [task]);
  return { include_tasks: 'slip.yaml' };
}

/** Words that nobody knows, whatever runs. */
const WORDS: readonly Data[] = [
  one({ [`debg${TOKEN}`]: { msg: 'x' } }),
  one({ ...debug, [`wehn${TOKEN}`]: 'true' }),
  one({ ...debug, [`regster${TOKEN}`]: 'x' }),
  one({ copy: { dest: DEST, content: 'x', [`mde${TOKEN}`]: '0644' } }),
  one({ copy: { dest: DEST, content: 'x', mode: TOKEN } }),
  one({ file: { path: DEST, state: TOKEN } }),
  one({ ...debug, notify: TOKEN }),
  one({ ...debug, when: `1 == "${TOKEN}"` }),
  one({ ...debug, when: `size("${TOKEN}")` }),
  one({ ...debug, delegate_to: TOKEN }),
  one({ template: { src: TOKEN, dest: DEST } }),
  one({ copy: { src: TOKEN, dest: DEST } }),
  one({ debug: { msg: `{{ nohelper${TOKEN} "x" }}` } }),
  one({ debug: { msg: `{{#if inventory_hostname}}${TOKEN}` } }),
  { include_tasks: TOKEN },
  { import_tasks: `${TOKEN}.yaml` },
  { include_role: { name: TOKEN } },
  { block: [one(debug)], [`rescu${TOKEN}`]: [one(debug)] },
];

/** What a declared role is given wrongly: what it does not know, what has another type, too little. */
function gifts(writer: Writer, place: Place): Mistake[] {
  return writer.roles.flatMap((role) => {
    if (!role.declared) return [];
    const { name } = role.model;
    const right = writtenOf(given(writer, role, place));
    const call = (vars: Data) => ({ include_role: { name }, vars });
    const typed = role.inputs.filter((input) => !['text', 'maybe'].includes(kindOf(input.name)));
    const needed = role.inputs.filter((input) => input.required && !place.ambient.has(input.name));
    return [
      { yaml: call({ ...right, [`more${TOKEN}`]: 1 }), token: TOKEN },
      ...typed.map((input) => ({ yaml: call({ ...right, [input.name]: TOKEN }), token: TOKEN })),
      ...needed.map((input) => ({
        yaml: call(Object.fromEntries(Object.entries(right).filter(([key]) => key !== input.name))),
        token: `  ${input.name}:`,
        file: `roles/${name}/variables.yaml`,
        unset: input.name,
      })),
    ];
  });
}

export function someMistake(writer: Writer, place: Place): Mistake {
  const { draw } = writer;
  const wrong = gifts(writer, place);
  if (wrong.length > 0 && draw.chance(20)) return draw.pick(wrong);
  if (draw.chance(25)) return { yaml: draw.pick(WORDS), token: TOKEN };
  const read = draw.pick(reads(writer, place));
  const yaml = draw.pick(CARRIERS)(read, writer, place);
  // What a task registers is not foreseen through a variable that is made of it.
  if (read.registered && JSON.stringify(yaml).includes('word9')) return someMistake(writer, place);
  return {
    yaml,
    token: read.token,
    ...(read.unset ? { unset: read.unset } : {}),
  };
}
