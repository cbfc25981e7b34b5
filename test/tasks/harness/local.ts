import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Handlebars from 'handlebars';
import type { Json } from '../../../src/runner/contract/json.ts';
import {
  type Local,
  type LocalEntry,
  type LocalFile,
  refuse,
} from '../../../src/runner/contract/task-type.ts';

/** What lies on the controller: a text, bytes, either with a mode, a symbolic link, or (null) an empty directory. */
export type Source =
  | string
  | Uint8Array
  | { readonly content: string | Uint8Array; readonly mode: number }
  | { readonly link: string }
  | null;

export interface Sources {
  /** By path below `files/`. */
  readonly files?: Readonly<Record<string, Source>>;
  /** By path below `templates/`. */
  readonly templates?: Readonly<Record<string, Source>>;
  readonly variables?: Readonly<Record<string, Json>>;
}

/** A controller's project below `dir` (an existing, empty directory), made of real files. */
export function fakeLocal(dir: string, sources: Sources = {}): Local {
  const { variables = {} } = sources;
  lay(join(dir, 'files'), sources.files ?? {});
  lay(join(dir, 'templates'), sources.templates ?? {});
  const place = (src: string, where: 'files' | 'templates' = 'files') => join(dir, where, src);
  const missing = (src: string, where = 'files') =>
    refuse(`${src} was not found`, `looked in: ${join(dir, where)}`);
  return {
    file(src, where) {
      const path = place(src, where);
      return existsSync(path) && statSync(path).isFile() ? localFile(path) : missing(src, where);
    },
    tree(src, where) {
      const root = place(src, where);
      return existsSync(root) ? entries(root, '') : missing(src, where);
    },
    isTree(src, where) {
      const path = place(src, where);
      return existsSync(path) && statSync(path).isDirectory();
    },
    render(src) {
      const path = place(src, 'templates');
      if (!existsSync(path)) return missing(src, 'templates');
      return Handlebars.compile(readFileSync(path, 'utf8'), { noEscape: true, strict: true })(variables);
    },
    place(dest) {
      const path = resolve(dir, dest);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat && !stat.isFile()) return refuse(`${dest} is no file`);
      const sha256 = () => (stat ? createHash('sha256').update(readFileSync(path)).digest('hex') : null);
      return { path, size: stat?.size ?? null, sha256 };
    },
    variable: (name) => variables[name],
  };
}

/** Makes files, directories and links below `root`, in the order given. */
export function lay(root: string, sources: Readonly<Record<string, Source>>): void {
  mkdirSync(root, { recursive: true });
  for (const [path, source] of Object.entries(sources)) put(join(root, path), source);
}

function put(path: string, source: Source): void {
  if (source === null) {
    mkdirSync(path, { recursive: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  if (typeof source === 'string' || source instanceof Uint8Array) {
    writeFileSync(path, source);
  } else if ('link' in source) {
    symlinkSync(source.link, path);
  } else {
    writeFileSync(path, source.content);
    chmodSync(path, source.mode);
  }
}

function localFile(path: string): LocalFile {
  const stat = statSync(path);
  return {
    path,
    size: stat.size,
    mode: stat.mode & 0o7777,
    sha256: () => createHash('sha256').update(readFileSync(path)).digest('hex'),
    bytes: () => readFileSync(path),
    stream: () => createReadStream(path),
  };
}

function entries(root: string, below: string): LocalEntry[] {
  const names = readdirSync(join(root, below), { withFileTypes: true });
  names.sort((a, b) => (a.name < b.name ? -1 : 1));
  return names.flatMap((entry): LocalEntry[] => {
    const path = below ? `${below}/${entry.name}` : entry.name;
    const full = join(root, path);
    if (entry.isSymbolicLink()) return [{ kind: 'link', path, target: readlinkSync(full) }];
    if (!entry.isDirectory()) return [{ kind: 'file', path, file: localFile(full) }];
    return [{ kind: 'directory', path, mode: statSync(full).mode & 0o7777 }, ...entries(root, path)];
  });
}
