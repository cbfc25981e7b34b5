import { dirname } from 'node:path';
import type { Diagnostic } from '../../src/runner/contract/diagnostic.ts';
import type { Loaded, Node, Playbook, Task } from '../../src/runner/language/model.ts';
import { type FileAccess, loadPlaybook } from '../../src/runner/language/playbook.ts';
import { FAKE_TYPES } from './fake-types.ts';

const ROOT = '/project/';

/** A project in memory: file names relative to it, and their texts. */
export function memory(files: Readonly<Record<string, string>>): FileAccess & { readonly reads: string[] } {
  const texts = new Map(Object.entries(files).map(([name, text]) => [ROOT + name, text]));
  const dirs = new Set<string>();
  for (const path of texts.keys()) {
    for (let dir = dirname(path); dir !== '/'; dir = dirname(dir)) dirs.add(dir);
  }
  const reads: string[] = [];
  return {
    reads,
    read(path) {
      reads.push(path);
      return texts.get(path) ?? null;
    },
    list: (dir) => [
      ...new Set(
        [...texts.keys()]
          .filter((path) => path.startsWith(`${dir}/`))
          .map((path) => path.slice(dir.length + 1).split('/')[0]!),
      ),
    ],
    isDirectory: (path) => dirs.has(path),
    kind: (path) => (texts.has(path) ? 'file' : dirs.has(path) ? 'directory' : null),
    display: (path) => (path.startsWith(ROOT) ? path.slice(ROOT.length) : path),
  };
}

/** Load a project; the texts of its files lose the indentation that they have in the test. */
export function load(files: Readonly<Record<string, string>>, name = 'site.yaml'): Loaded<Playbook> {
  const texts = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, dedent(text)]));
  return loadPlaybook(ROOT + name, { taskTypes: FAKE_TYPES, io: memory(texts) });
}

/** Without the line break at the start, and without the indentation of the first line in all others. */
function dedent(text: string): string {
  const body = text.replace(/^\n/, '').replace(/\n *$/, '\n');
  const indent = /^ */.exec(body)![0];
  return body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}

/** The playbook of a project that has nothing wrong. */
export function sound(files: Readonly<Record<string, string>>, name?: string): Playbook {
  const { value, diagnostics } = load(files, name);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(shown).join('\n'));
  return value;
}

/** `code file:line:column message (hint)`, as tests compare it. */
export function shown({ code, at, message, hint, severity }: Diagnostic): string {
  const place = at ? ` ${at.file}:${at.line}:${at.column}` : '';
  return `${severity === 'warning' ? 'warning ' : ''}${code}${place} ${message}${hint ? ` (${hint})` : ''}`;
}

/** All tasks below some nodes, in order. */
export function tasksIn(nodes: readonly Node[]): Task[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'task') return [node];
    if (node.kind === 'include') return tasksIn(node.nodes);
    return node.kind === 'block' ? tasksIn([...node.block, ...node.rescue, ...node.always]) : [];
  });
}

/** The nodes of a play in short: a task's name or type, `[…]` for what a block or include holds, `~` for a flush. */
export function outline(nodes: readonly Node[]): string {
  const words = nodes.map((node) => {
    if (node.kind === 'task') return node.name ?? node.type.name;
    if (node.kind === 'flush') return '~';
    if (node.kind === 'meta') return node.action;
    if (node.kind === 'include') return `${node.type}[${outline(node.nodes)}]`;
    const parts = [node.block, node.rescue, node.always].map(outline);
    return `[${parts.join(' | ').replace(/( \| )+$/, '')}]`;
  });
  return words.join(' ');
}
