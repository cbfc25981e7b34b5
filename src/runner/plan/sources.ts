import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { Json } from '../contract/json.ts';
import {
  isRefusal,
  type Local,
  type LocalEntry,
  type LocalFile,
  type LocalPlace,
  type Refusal,
  refuse,
} from '../contract/task-type.ts';
import type { Evaluated, Loaded, Scope, Task } from '../language/model.ts';
import type { SecretSink } from '../language/source.ts';
import { compileText, type TextTemplate } from '../language/text-template.ts';
import { openSource, type VaultReader } from '../language/vaults.ts';

/** Looks at the controller's file system; given by the command, so that plans can be made of anything. */
export interface SourceIo {
  /** undefined: nothing is there. Links are followed. */
  stat(
    path: string,
  ):
    | { readonly kind: 'file' | 'directory' | 'other'; readonly size: number; readonly mode: number }
    | undefined;
  /** Entries of a directory, links not followed, in any order. */
  entries(
    path: string,
  ): readonly { readonly name: string; readonly kind: 'file' | 'directory' | 'link' | 'other' }[];
  readLink(path: string): string;
  bytes(path: string): Uint8Array;
  sha256(path: string): string;
  /** The hash of this large file will probably be asked for, once its host has answered. */
  willHash?(path: string, size: number): void;
  stream(path: string): Readable;
  /** What stands where a file is to be put, links followed; undefined: nothing. It counts not as read by the run. */
  place(path: string):
    | {
        readonly kind: 'file' | 'directory' | 'other';
        readonly size: number;
        /** null: it can't be read. */
        sha256(): string | null;
      }
    | undefined;
  /** Absolute path of the two joined; `b` may be absolute, and `~` is the operator's home. */
  join(a: string, b: string): string;
  /** How messages name a path: relative to the working directory. */
  display(path: string): string;
  /** Does the file begin as a vault does? */
  isVault?(path: string): boolean;
  /** Opens what is encrypted; without it such files are taken as they are. */
  readonly vaults?: VaultReader;
}

/** Bytes from which hashing a file takes longer than a host's answer over a short line. */
const LARGE = 4 * 1024 * 1024;

/** What tasks read on the controller, each file once per run, unless the run itself puts something there. */
export class Sources {
  private readonly io: SourceIo;
  private readonly files = new Map<string, LocalFile>();
  private readonly texts = new Map<string, Loaded<TextTemplate | null>>();
  private readonly trees = new Map<string, readonly LocalEntry[] | Refusal>();
  private readonly found = new Map<string, string | Refusal>();
  /** Files that a dry run did not put in their places, and the directories around them: why. */
  private readonly unmade = new Map<string, string>();
  private readonly around = new Map<string, string>();

  constructor(io: SourceIo) {
    this.io = io;
  }

  /** First hit along the search path; the refusal lists every place that was tried. */
  find(src: string, places: readonly string[]): string | Refusal {
    const key = `${src}\0${places.join('\0')}`;
    let result = this.found.get(key);
    if (result === undefined) {
      const tried = [...new Set(places.map((place) => this.io.join(place, src)))];
      const hit = tried.find((path) => this.io.stat(path) !== undefined);
      result =
        hit ??
        refuse(`${src} was not found`, `looked for ${tried.map((p) => this.io.display(p)).join(', ')}`);
      this.found.set(key, result);
    }
    return result;
  }

  /** The run itself has put a file on the controller: everything is looked at anew. */
  altered(): void {
    for (const known of [this.files, this.texts, this.trees, this.found]) known.clear();
  }

  /** A dry run would have put a file there; null: nobody knows where. */
  wouldPut(path: string | null, because: string): void {
    const [at = '/', ...above] = path === null ? [] : upwards(path);
    this.unmade.set(at, because);
    for (const directory of above) this.around.set(directory, because);
  }

  /** True: `wouldPut` was told of something. */
  get isUncertain(): boolean {
    return this.unmade.size > 0;
  }

  /** What was told to `wouldPut` counts no more. */
  settle(): void {
    this.unmade.clear();
    this.around.clear();
  }

  /** Why it is not known what a real run would find in these places, of which the first that is there counts; null: it is. */
  doubt(src: string, places: readonly string[]): string | null {
    if (!this.isUncertain) return null;
    for (const place of places) {
      const path = this.io.join(place, src);
      const within = upwards(path).find((at) => this.unmade.has(at));
      const because = within === undefined ? this.around.get(path) : this.unmade.get(within);
      if (because !== undefined) return because;
      if (this.io.place(path) !== undefined) return null;
    }
    return null;
  }

  /** What stands at `dest`, from the directory `base`. */
  place(dest: string, base: string): LocalPlace | Refusal {
    const path = this.io.join(base, dest);
    const there = this.io.place(path);
    if (there && there.kind !== 'file') {
      const what = there.kind === 'directory' ? 'a directory' : 'a device, socket or pipe';
      return refuse(`${this.io.display(path)} on this machine is ${what}: no file is put in its place`);
    }
    const barred = there ? null : this.barred(path);
    if (barred !== null)
      return refuse(`${this.io.display(barred)} on this machine is no directory: ${dest} can't be below it`);
    let hash: string | null | undefined;
    return {
      path,
      size: there?.size ?? null,
      sha256: () => {
        if (hash === undefined) hash = there?.sha256() ?? null;
        return hash;
      },
    };
  }

  /** The nearest thing on the way that is there, if it is no directory. */
  private barred(path: string): string | null {
    const [, ...above] = upwards(path);
    const nearest = above.find((at) => this.io.place(at));
    return nearest === undefined || this.io.place(nearest)?.kind === 'directory' ? null : nearest;
  }

  kind(path: string): 'file' | 'directory' | 'other' | undefined {
    return this.io.stat(path)?.kind;
  }

  file(path: string): LocalFile | Refusal {
    const known = this.files.get(path);
    if (known) return known;
    const stat = this.io.stat(path);
    if (stat?.kind !== 'file') return refuse(`${this.io.display(path)} is not a file`);
    const opened = this.opened(path, stat.mode & 0o7777);
    if (opened) {
      if (!isRefusal(opened)) this.files.set(path, opened);
      return opened;
    }
    if (stat.size >= LARGE) this.io.willHash?.(path, stat.size);
    let hash: string | undefined;
    const file: LocalFile = {
      path,
      size: stat.size,
      mode: stat.mode & 0o7777,
      sha256: () => {
        hash ??= this.io.sha256(path);
        return hash;
      },
      bytes: () => this.io.bytes(path),
      stream: () => this.io.stream(path),
    };
    this.files.set(path, file);
    return file;
  }

  /** The file inside of a vault, as Ansible copies it; null where it is no vault. */
  private opened(path: string, mode: number): LocalFile | Refusal | null {
    const { vaults } = this.io;
    if (!vaults || !this.io.isVault?.(path)) return null;
    const bytes = vaults.open(Buffer.from(this.io.bytes(path)).toString('latin1'));
    if (!(bytes instanceof Uint8Array))
      return refuse(`${this.io.display(path)}: ${bytes.message}`, bytes.hint);
    const text = Buffer.from(bytes).toString('utf8');
    // Of what is no text nothing is ever shown but its hash.
    if (Buffer.from(text).equals(bytes)) vaults.secrets.add(text);
    const hash = createHash('sha256').update(bytes).digest('hex');
    return {
      path,
      size: bytes.length,
      mode,
      sha256: () => hash,
      bytes: () => bytes,
      stream: () => Readable.from([bytes]),
    };
  }

  tree(root: string): readonly LocalEntry[] | Refusal {
    let entries = this.trees.get(root);
    if (!entries) {
      entries = this.walk(root, '');
      this.trees.set(root, entries);
    }
    return entries;
  }

  text(path: string): Loaded<TextTemplate | null> {
    let text = this.texts.get(path);
    if (!text) {
      text = this.compiled(path);
      this.texts.set(path, text);
    }
    return text;
  }

  private compiled(path: string): Loaded<TextTemplate | null> {
    const bytes = Buffer.from(this.io.bytes(path)).toString('utf8');
    const opened = openSource(this.io.display(path), bytes, this.io.vaults);
    if (!('text' in opened)) return { value: null, diagnostics: [opened] };
    const loaded = compileText(opened);
    const { secrets } = opened;
    return secrets && loaded.value ? { ...loaded, value: secretText(loaded.value, secrets) } : loaded;
  }

  private walk(root: string, below: string): readonly LocalEntry[] | Refusal {
    const entries: LocalEntry[] = [];
    const here = below ? this.io.join(root, below) : root;
    const sorted = [...this.io.entries(here)].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, kind } of sorted) {
      const path = below ? `${below}/${name}` : name;
      const full = this.io.join(here, name);
      if (kind === 'link') entries.push({ kind: 'link', path, target: this.io.readLink(full) });
      else if (kind === 'directory') {
        entries.push({ kind: 'directory', path, mode: (this.io.stat(full)?.mode ?? 0o755) & 0o7777 });
        const inner = this.walk(root, path);
        if (isRefusal(inner)) return inner;
        entries.push(...inner);
      } else if (kind === 'file') {
        const file = this.file(full);
        if (isRefusal(file)) return file;
        entries.push({ kind: 'file', path, file });
      } else return refuse(`${this.io.display(full)} is neither a file, a directory nor a link`);
    }
    return entries;
  }
}

/** A template that is encrypted: what is made of it is as secret as itself. */
function secretText(text: TextTemplate, secrets: SecretSink): TextTemplate {
  return {
    reads: text.reads,
    mentions: text.mentions,
    foresee: (shapes) => text.foresee(shapes),
    spanOf: (name) => text.spanOf(name),
    render(scope) {
      const made = text.render(scope);
      if (made.kind === 'value') secrets.add(made.value);
      return made;
    },
  };
}

/** The absolute path, and all directories on the way to it, nearest first. */
function upwards(path: string): string[] {
  const all = [path];
  for (let at = path; at !== dirname(at); at = dirname(at)) all.push(dirname(at));
  return all;
}

/** A task's view of the controller, and what stood in the way of an answer that is not the user's mistake in `src`. */
export interface TaskLocal {
  readonly local: Local;
  /** An unknown or a fault met while a template was rendered or a variable read. */
  trouble(): Exclude<Evaluated, { kind: 'value' }> | null;
}

/** `base`: the playbook's directory. */
export function localFor(task: Task, scope: Scope, sources: Sources, base: string): TaskLocal {
  let trouble: Exclude<Evaluated, { kind: 'value' }> | null = null;
  const settle = (evaluated: Evaluated): Json | Refusal => {
    if (evaluated.kind === 'value') return evaluated.value;
    trouble ??= evaluated;
    return refuse(evaluated.kind === 'unknown' ? evaluated.because : evaluated.diagnostic.message);
  };
  const find = (src: string, where: 'files' | 'templates'): string | Refusal => {
    const because = sources.doubt(src, task.search[where]);
    if (because !== null) return settle({ kind: 'unknown', because }) as Refusal;
    return sources.find(src, task.search[where]);
  };
  const local: Local = {
    file(src, where = 'files') {
      const path = find(src, where);
      return isRefusal(path) ? path : sources.file(path);
    },
    tree(src, where = 'files') {
      const path = find(src, where);
      return isRefusal(path) ? path : sources.tree(path);
    },
    isTree(src, where = 'files') {
      const path = find(src, where);
      return !isRefusal(path) && sources.kind(path) === 'directory';
    },
    render(src) {
      const path = find(src, 'templates');
      if (isRefusal(path)) return path;
      const file = sources.file(path);
      if (isRefusal(file)) return file;
      const { value: text, diagnostics } = sources.text(path);
      if (!text) {
        const diagnostic = diagnostics[0] ?? {
          code: 'template',
          message: `${src} can't be read as a template`,
        };
        return settle({ kind: 'fault', diagnostic }) as Refusal;
      }
      return settle(text.render(scope)) as string | Refusal;
    },
    place(dest) {
      const because = sources.doubt(dest, [base]);
      if (because !== null) return settle({ kind: 'unknown', because }) as Refusal;
      return sources.place(dest, base);
    },
    variable(name) {
      const evaluated = scope.get(name);
      if (evaluated?.kind === 'value') return evaluated.value;
      if (evaluated) settle(evaluated);
      return undefined;
    },
  };
  return { local, trouble: () => trouble };
}
