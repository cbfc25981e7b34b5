import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One wrong project, and what a person is told of it. */
export interface Case {
  readonly title: string;
  /** The command line, without the program's name. */
  readonly args: readonly string[];
  readonly files: readonly File[];
  /** Everything on stderr, to the letter. */
  readonly expected: string;
}

type File =
  | { readonly path: string; readonly kind: 'text'; readonly bytes: Buffer }
  | { readonly path: string; readonly kind: 'directory' }
  | { readonly path: string; readonly kind: 'link'; readonly to: string };

const COMMAND = 'site.yaml -i inv.yaml';
const EXPECTED = 'expected';

/**
 * The cases of one file: `=== title`, perhaps `$ arguments`, then `--- path` with the text of a file below it, and
 * `--- expected` last. `(bytes)` behind a path: `\xNN` in the text stands for that byte. `(directory)` and
 * `(link to x)` make these. `base`: files that a case has unless it brings its own.
 */
export function parseCorpus(text: string, base: Readonly<Record<string, string>>): Case[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => parseCase(part, base));
}

function parseCase(part: string, base: Readonly<Record<string, string>>): Case {
  const [head = '', ...sections] = part.split(/^--- /m);
  const [title = '', command = ''] = head.split('\n');
  const named = sections.map((section) => {
    const end = section.indexOf('\n');
    return { name: section.slice(0, end), body: section.slice(end + 1) };
  });
  const files = named.filter(({ name }) => name !== EXPECTED).map(({ name, body }) => fileOf(name, body));
  const own = new Set(files.map(({ path }) => path));
  const more = Object.entries(base).filter(([path]) => !own.has(path));
  return {
    title,
    args: (command.startsWith('$ ') ? command.slice(2) : COMMAND).split(' '),
    files: [...more.map(([path, body]) => fileOf(path, body)), ...files],
    expected: unpadded(named.find(({ name }) => name === EXPECTED)?.body ?? ''),
  };
}

function fileOf(name: string, body: string): File {
  const [, path = name, how] = /^(\S+) \((.*)\)$/.exec(name) ?? [];
  if (how === 'directory') return { path, kind: 'directory' };
  if (how?.startsWith('link to ')) return { path, kind: 'link', to: how.slice(8) };
  const bytes = how === 'bytes' ? unescaped(body) : Buffer.from(body);
  return { path, kind: 'text', bytes };
}

/** `\xNN` is that byte; all else is UTF-8. */
function unescaped(text: string): Buffer {
  const parts = text.split(/(\\x[0-9a-f]{2})/);
  return Buffer.concat(
    parts.map((part) =>
      /^\\x/.test(part) ? Buffer.from([Number.parseInt(part.slice(2), 16)]) : Buffer.from(part),
    ),
  );
}

/** Without the empty line that stands between two cases. */
function unpadded(text: string): string {
  return text.replace(/\n+$/, '\n').replace(/^\n$/, '');
}

export function writeCase({ files }: Case, dir: string): void {
  for (const file of files) {
    const path = join(dir, file.path);
    mkdirSync(dirname(path), { recursive: true });
    if (file.kind === 'text') writeFileSync(path, file.bytes);
    else if (file.kind === 'link') symlinkSync(file.to, path);
    else mkdirSync(path, { recursive: true });
  }
}

/** The text of a corpus file with other expectations, in the order of its cases. */
export function withExpected(text: string, expected: readonly string[]): string {
  const parts = text.split(/^(?==== )/m);
  const intro = parts[0]?.startsWith('=== ') ? '' : parts.shift()!;
  const told = parts.map((part, at) => {
    const inputs = part.replace(/^--- expected\n[\s\S]*$/m, '').replace(/\n*$/, '\n');
    return `${inputs}--- expected\n${expected[at]!}`;
  });
  return `${intro}${told.join('\n')}`;
}
