import { stringify } from 'yaml';
import { Draw } from './draw.ts';
import { ModelRun } from './frame.ts';
import { someInventory } from './inventory.ts';
import { somePlay } from './plays.ts';
import { someRole } from './roles.ts';
import { BASE, type Json, kindOf, OTHERS, someValue } from './values.ts';
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

export function randomProject(seed: number): RandomProject {
  const draw = new Draw(seed);
  for (;;) {
    const project = someProject(draw);
    if (project) return project;
  }
}

/** null: nobody can tell what it writes. */
function someProject(draw: Draw): RandomProject | null {
  const inventory = someInventory(draw);
  const writer = new Writer(draw, inventory);
  for (let i = draw.nat(4); i > 0; i--) writer.roles.push(someRole(writer));
  const plays = draw.times(1, 3, () => somePlay(writer));
  const extra = someExtra(draw);
  const run = new ModelRun(inventory.hosts, inventory.groups, extra);
  for (const play of plays) play.run(run);
  if (run.isDoubtful) return null;
  const playbook = `${writer.playbooks}site.yaml`;
  writer.files.set(
    playbook,
    plays.map(({ yaml }) => yaml),
  );
  return {
    files: Object.fromEntries(
      [...inventory.files, ...writer.files].map(([path, content]) => [path, textOf(content)]),
    ),
    playbook,
    args: ['-i', 'inventory.yaml', ...extraArgs(extra)],
    hosts: inventory.hosts.map(({ name }) => name),
    expected: run.files,
  };
}

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
