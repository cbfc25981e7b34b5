import { stringify } from 'yaml';
import { Draw } from './draw.ts';
import { type Layer, ModelRun } from './frame.ts';
import { someInventory, writtenOf } from './inventory.ts';
import { LATE, type Slip } from './mistakes.ts';
import { type PlayText, somePlay } from './plays.ts';
import { someRole } from './roles.ts';
import { constant } from './texts.ts';
import { BASE, type Data, type Json, kindOf, OTHERS, someValue } from './values.ts';
import { Writer } from './writer.ts';

/** A project that is right, and what it writes on its hosts. */
export interface RandomProject {
  /** Path → text, of all that lies in its folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly playbook: string;
  /** As the command line gives them. */
  readonly args: readonly string[];
  readonly hosts: readonly string[];
  /** What the model knows the run to write: `host/file` → text. */
  readonly expected: ReadonlyMap<string, string>;
}

/** And one mistake. */
export interface WrongProject extends RandomProject {
  /** `file:line` of it. */
  readonly lines: readonly string[];
}

export function randomProject(seed: number): RandomProject {
  const draw = new Draw(seed);
  for (;;) {
    const project = someProject(draw);
    if (project) return project;
  }
}

/** A project with one mistake that can be known before anything runs. */
export function wrongProject(seed: number): WrongProject {
  const draw = new Draw(seed);
  for (;;) {
    const project = someProject(draw, 1 + draw.nat(12));
    if (project?.slip) return { ...project, lines: linesOf(project.files, project.slip) };
  }
}

function linesOf(files: RandomProject['files'], { token, file }: Slip): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    if (file !== undefined && path !== file) return [];
    const found = text.split('\n').map((line, i) => (line.includes(token) ? i + 1 : null));
    return found.flatMap((number) => (number === null ? [] : [`${path}:${number}`]));
  });
}

/** null: nobody can tell what it writes. */
function someProject(
  draw: Draw,
  slipIn: number | null = null,
): (RandomProject & { readonly slip: Slip | null }) | null {
  const inventory = someInventory(draw);
  const writer = new Writer(draw, inventory);
  writer.slipIn = slipIn;
  for (let i = draw.nat(4); i > 0; i--) writer.roles.push(someRole(writer));
  const first = draw.times(1, 2, () => somePlay(writer, NOTHING));
  const imported = draw.chance(40) ? importOf(writer) : NOTHING_IMPORTED;
  const plays = [...first, ...imported.plays];
  const extra = someExtra(draw);
  const run = new ModelRun(inventory.hosts, inventory.groups, extra);
  for (const play of plays) play.run(run);
  if (run.isDoubtful) return null;
  if (writer.facts.has(writer.slipped?.unset ?? '')) return null;
  const given = extraArgs(writer, extra);
  const playbook = `${writer.playbooks}site.yaml`;
  writer.files.set(playbook, [
    ...first.map(({ yaml }) => yaml),
    ...imported.yaml,
    ...(writer.slipped?.token === LATE ? [LAST] : []),
  ]);
  return {
    files: Object.fromEntries(
      [...inventory.files, ...writer.files].map(([path, content]) => [path, textOf(content)]),
    ),
    playbook,
    args: ['-i', 'inventory.yaml', ...given],
    hosts: inventory.hosts.map(({ name }) => name),
    expected: run.files,
    slip: writer.slipped,
  };
}

const LAST: Data = { hosts: 'all', tasks: [{ command: 'true', register: LATE }] };

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** `-e`, as JSON or from a file. */
function extraArgs(writer: Writer, extra: ReadonlyMap<string, Json>): string[] {
  if (extra.size === 0) return [];
  const values = Object.fromEntries(extra);
  if (writer.draw.chance(50)) return ['-e', JSON.stringify(values)];
  writer.files.set('extra.yaml', values);
  return ['-e', '@extra.yaml'];
}

interface Imported {
  readonly plays: readonly PlayText[];
  readonly yaml: readonly Data[];
}

const NOTHING: Layer = new Map();
const NOTHING_IMPORTED: Imported = { plays: [], yaml: [] };

/** A playbook of its own, with `vars` that its plays see. */
function importOf(writer: Writer): Imported {
  const { draw } = writer;
  const vars: Layer = new Map(
    draw.some(OTHERS, 15).map((name) => [name, constant(someValue(draw, kindOf(name)))]),
  );
  const plays = draw.times(1, 2, () => somePlay(writer, vars));
  writer.files.set(
    `${writer.playbooks}more.yaml`,
    plays.map(({ yaml }) => yaml),
  );
  return {
    plays,
    yaml: [{ import_playbook: 'more.yaml', ...(vars.size > 0 ? { vars: writtenOf(vars) } : {}) }],
  };
}

function someExtra(draw: Draw): ReadonlyMap<string, Json> {
  if (!draw.chance(25)) return new Map();
  return new Map(draw.some([...BASE, ...OTHERS], 15).map((name) => [name, someValue(draw, kindOf(name))]));
}
