import { stringify } from 'yaml';
import { Draw } from './draw.ts';
import { ModelRun } from './frame.ts';
import { someInventory } from './inventory.ts';
import { LATE, type Slip } from './mistakes.ts';
import { somePlay } from './plays.ts';
import { someRole } from './roles.ts';
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
  const plays = draw.times(1, 3, () => somePlay(writer));
  const extra = someExtra(draw);
  const run = new ModelRun(inventory.hosts, inventory.groups, extra);
  for (const play of plays) play.run(run);
  if (run.isDoubtful) return null;
  const playbook = `${writer.playbooks}site.yaml`;
  writer.files.set(playbook, [
    ...plays.map(({ yaml }) => yaml),
    ...(writer.slipped?.token === LATE ? [LAST] : []),
  ]);
  return {
    files: Object.fromEntries(
      [...inventory.files, ...writer.files].map(([path, content]) => [path, textOf(content)]),
    ),
    playbook,
    args: ['-i', 'inventory.yaml', ...extraArgs(extra)],
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

function extraArgs(extra: ReadonlyMap<string, Json>): string[] {
  return extra.size > 0 ? ['-e', JSON.stringify(Object.fromEntries(extra))] : [];
}

function someExtra(draw: Draw): ReadonlyMap<string, Json> {
  if (!draw.chance(25)) return new Map();
  return new Map(draw.some([...BASE, ...OTHERS], 15).map((name) => [name, someValue(draw, kindOf(name))]));
}
