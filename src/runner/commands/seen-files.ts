import { createHash } from 'node:crypto';
import type { fileAccess } from './files.ts';

type Files = ReturnType<typeof fileAccess>;

/** Bytes from which a file is hashed only when its hash is asked for. */
const LARGE = 4 * 1024 * 1024;

/** What was asked of a path: what stands there, what a file holds, which names a directory (to be copied) has. */
type Aspect = 'is' | 'text' | 'bytes' | 'names' | 'entries' | 'link';

/** One answer that the controller's file system gave: `path` is relative to the working directory. */
export interface Seen {
  readonly path: string;
  readonly aspect: Aspect;
  readonly fact: string;
}

/** Notes everything that a run reads on the controller, so that another run can tell whether it is still so. */
export class SeenFiles {
  private readonly inner: Files;
  private readonly known = new Map<string, Seen>();
  private listener: (seen: Seen) => void = () => {};
  readonly files: Files;

  constructor(files: Files) {
    this.inner = files;
    this.files = this.watched(files);
  }

  /** What was seen so far, and then each further thing when it is first seen. */
  each(listener: (seen: Seen) => void): void {
    for (const seen of this.known.values()) listener(seen);
    this.listener = listener;
  }

  /** Of everything that was seen so far. */
  paths(): string[] {
    return [...new Set([...this.known.values()].map(({ path }) => path))];
  }

  /** The run itself put a file there: what was seen of it, and of the directories around it, counts as it is now. */
  wrote(path: string): void {
    for (const [key, { aspect, path: shown, fact: before }] of this.known) {
      const full = key.slice(aspect.length + 1);
      if (full !== path && !path.startsWith(`${full}/`)) continue;
      const fact = this.factNow(full, aspect);
      if (fact === before) continue;
      const seen = { path: shown, aspect, fact };
      this.known.set(key, seen);
      this.listener(seen);
    }
  }

  /** How it is now; what can't be read is told as that. */
  now({ path, aspect }: Pick<Seen, 'path' | 'aspect'>, cwd: string): string {
    return this.factNow(this.inner.join(cwd, path), aspect);
  }

  private factNow(path: string, aspect: Aspect): string {
    try {
      return this.fact(path, aspect);
    } catch {
      return 'unreadable';
    }
  }

  private fact(path: string, aspect: Aspect): string {
    const { inner } = this;
    if (aspect === 'is') return kind(inner, path);
    if (aspect === 'names') return hash(names(inner.list(path)));
    if (aspect === 'entries') return hash(entries(inner.entries(path)));
    if (aspect === 'link') return inner.readLink(path);
    if (aspect === 'bytes') return inner.sha256(path);
    const text = inner.read(path);
    return text === null ? 'none' : hash(text);
  }

  private watched(files: Files): Files {
    const is = (path: string) => this.note(path, 'is', () => kind(files, path));
    return {
      ...files,
      read: (path) => {
        const text = files.read(path);
        this.note(path, 'text', () => (text === null ? 'none' : hash(text)));
        return text;
      },
      list: (path) => {
        const found = files.list(path);
        this.note(path, 'names', () => hash(names(found)));
        return found;
      },
      isDirectory: (path) => {
        is(path);
        return files.isDirectory(path);
      },
      kind: (path) => {
        is(path);
        return files.kind(path);
      },
      stat: (path) => {
        is(path);
        const stat = files.stat(path);
        // A dry run never reads what it would only send on; large files are hashed when their host is asked for its own.
        if (stat?.kind === 'file' && stat.size < LARGE) this.note(path, 'bytes', () => files.sha256(path));
        return stat;
      },
      entries: (path) => {
        const found = files.entries(path);
        this.note(path, 'entries', () => hash(entries(found)));
        return found;
      },
      readLink: (path) => {
        const target = files.readLink(path);
        this.note(path, 'link', () => target);
        return target;
      },
      bytes: (path) => {
        const bytes = files.bytes(path);
        this.note(path, 'bytes', () => hash(bytes));
        return bytes;
      },
      sha256: (path) => {
        const sha256 = files.sha256(path);
        this.note(path, 'bytes', () => sha256);
        return sha256;
      },
    };
  }

  private note(path: string, aspect: Aspect, fact: () => string): void {
    const key = `${aspect} ${path}`;
    if (this.known.has(key)) return;
    const seen = { path: this.inner.display(path), aspect, fact: fact() };
    this.known.set(key, seen);
    this.listener(seen);
  }
}

function kind(files: Files, path: string): string {
  const stat = files.stat(path);
  return stat ? `${stat.kind} ${(stat.mode & 0o7777).toString(8)}` : 'none';
}

/** Our own folder, and what editors leave beside a file, change nothing. */
function names(found: readonly string[]): string {
  return found
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .sort()
    .join('\0');
}

function entries(found: ReturnType<Files['entries']>): string {
  return found
    .map(({ name, kind: of }) => `${of} ${name}`)
    .sort()
    .join('\0');
}

function hash(of: string | Uint8Array): string {
  return createHash('sha256').update(of).digest('hex');
}
