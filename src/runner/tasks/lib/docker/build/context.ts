import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import dockerignore from '@balena/dockerignore';
import { type Pack, pack } from 'tar-stream';
import { type LocalEntry, type LocalFile, type Refusal, refuse } from '../../../../contract/task-type.ts';

/** What docker gets to build from: the entries that .dockerignore leaves, parents before children. */
export interface Context {
  readonly entries: readonly LocalEntry[];
  readonly dockerfile: string;
}

/** Leaves out what .dockerignore names. It and the Dockerfile itself always travel, as with docker's own client. */
export function localContext(
  entries: readonly LocalEntry[],
  dockerfile: string,
  where: string,
): Context | Refusal {
  const file = fileNamed(entries, dockerfile);
  if (!file)
    return refuse(`there is no ${dockerfile} in ${where}`, '`dockerfile` names it, relative to the context');
  const ignored = ignoring(
    readText(fileNamed(entries, `${dockerfile}.dockerignore`) ?? fileNamed(entries, '.dockerignore')),
  );
  const always = new Set([dockerfile, '.dockerignore', `${dockerfile}.dockerignore`]);
  const kept = entries.filter((entry) => always.has(entry.path) || !ignored(entry.path));
  return { entries: withParents(kept, entries), dockerfile };
}

export function dockerfileText(context: Context): string {
  return readText(fileNamed(context.entries, context.dockerfile));
}

/** Which paths the patterns of a .dockerignore leave out. */
export function ignoring(patterns: string): (path: string) => boolean {
  const filter = dockerignore.default({ ignorecase: false }).add(patterns);
  return (path) => filter.ignores(path);
}

function fileNamed(entries: readonly LocalEntry[], path: string): LocalFile | null {
  const entry = entries.find((one) => one.path === path);
  return entry?.kind === 'file' ? entry.file : null;
}

function readText(file: LocalFile | null): string {
  return file ? Buffer.from(file.bytes()).toString('utf8') : '';
}

/** A directory that was left out comes back where something below it did not. */
function withParents(kept: readonly LocalEntry[], all: readonly LocalEntry[]): LocalEntry[] {
  const paths = new Set(kept.map((entry) => entry.path));
  for (const path of [...paths]) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      paths.add(path.slice(0, at));
  }
  return all.filter((entry) => paths.has(entry.path));
}

/**
 * Rights as they travel: writing is the owner's alone. A checkout's other bits depend on the umask of whoever made
 * it, and would make every operator build another image.
 */
function rights(mode: number): number {
  return mode & 0o755;
}

/** SHA-256 over paths, rights, contents and link targets; times and owners do not count. */
export function contextHash({ entries }: Context): string {
  const hash = createHash('sha256');
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(`${JSON.stringify(identity(entry))}\n`);
  return hash.digest('hex');
}

function identity(entry: LocalEntry): readonly (string | number)[] {
  switch (entry.kind) {
    case 'file':
      return ['file', entry.path, rights(entry.file.mode), entry.file.sha256()];
    case 'directory':
      return ['directory', entry.path, rights(entry.mode)];
    case 'link':
      return ['link', entry.path, entry.target];
  }
}

/** The context as one tar stream: the same bytes for the same context. */
export function tarOf({ entries }: Context): Readable {
  const tar = pack();
  void fill(tar, entries).catch((error: Error) => tar.destroy(error));
  return Readable.from(tar, { objectMode: false });
}

async function fill(tar: Pack, entries: readonly LocalEntry[]): Promise<void> {
  for (const entry of entries) await add(tar, entry);
  tar.finalize();
}

function add(tar: Pack, entry: LocalEntry): Promise<void> {
  const common = { uid: 0, gid: 0, mtime: timeOf(entry) };
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (entry.kind === 'directory') {
      tar.entry({ ...common, name: entry.path, type: 'directory', mode: rights(entry.mode) }, done);
    } else if (entry.kind === 'link') {
      tar.entry({ ...common, name: entry.path, type: 'symlink', linkname: entry.target, mode: 0o777 }, done);
    } else {
      const { file } = entry;
      const sink = tar.entry(
        { ...common, name: entry.path, type: 'file', mode: rights(file.mode), size: file.size },
        done,
      );
      // Unheard, an error of the sink would end the whole run.
      sink.on('error', reject);
      Readable.from(asLookedAt(entry.path, file)).on('error', reject).pipe(sink);
    }
  });
}

/** The bytes of a file, which must be as many as when it was looked at: the tar says so already. */
async function* asLookedAt(path: string, file: LocalFile): AsyncGenerator<Uint8Array> {
  let left = file.size;
  for await (const chunk of file.stream() as AsyncIterable<Uint8Array>) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw new Error(`${path} changed while it was being sent`);
}

/**
 * A time that only the content decides, within half a year of 2000: web servers make ETags of time and length, so
 * another content must not bear the same time.
 */
function timeOf(entry: LocalEntry): Date {
  const seconds = entry.kind === 'file' ? Number.parseInt(entry.file.sha256().slice(0, 6), 16) : 0;
  return new Date(Date.UTC(2000, 0, 1) + seconds * 1000);
}

/** The hash that stands for everything that decides what the image will be, but for its base images. */
export function buildHash(context: string, declared: Readonly<Record<string, unknown>>): string {
  return createHash('sha256')
    .update(`${context}\n${JSON.stringify(declared)}`)
    .digest('hex');
}
