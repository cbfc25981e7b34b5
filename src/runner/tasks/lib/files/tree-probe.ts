import type { Reply } from '../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { isRefusal, type Refusal, refuse } from '../../../contract/task-type.ts';
import type { PathFacts } from './facts.ts';
import { chooseHasher } from './hasher.ts';
import { type Entry, listAll, listOnly, readListing } from './manifest.ts';
import { tellMounts } from './mounts.ts';
import { type PathQuestion, probePath } from './path-probe.ts';
import { readPath } from './path-read.ts';
import type { PlacedTree, TreeItem } from './tree-desired.ts';

export interface TreeNow {
  /** Of the root. */
  readonly facts: PathFacts;
  /** By path below the root. With `remove` all there is, otherwise only what the source has too. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** By path: lower-case hex, of the source's files that the host has and may read. */
  readonly hashes: ReadonlyMap<string, string>;
  /** By path: of the source's links that are links on the host. */
  readonly targets: ReadonlyMap<string, string>;
  /** Paths at which something is mounted; only with `remove`. */
  readonly mounts: readonly string[];
}

function question({ root, declared }: PlacedTree): PathQuestion {
  return { path: root, follow: true, owner: declared.owner, group: declared.group };
}

/** One answer for the whole tree: the root, a listing, the targets of links, the hashes of files. */
export function probeTree(desired: PlacedTree): Script {
  const paths = desired.items.map(dotted);
  const files = desired.items.filter((item) => item.kind === 'file');
  const largest = files.reduce((most, { content }) => Math.max(most, content.size), 0);
  const links = desired.items.filter((item) => item.kind === 'link').map(dotted);
  return lines(
    probePath(question(desired)),
    sh`if [ -d "$b" ]; then cd "$b" || exit 1`,
    !desired.remove && stopIfNone(desired),
    sh`printf 't\0'`,
    desired.remove ? listAll() : listOnly(paths),
    desired.remove && tellMounts(),
    sh`printf '\0'`,
    links.length > 0 &&
      sh`for l in ${links}; do [ -L "$l" ] && printf '%s\0%s\0' "$l" "$(readlink "$l"; echo .)"; done`,
    sh`printf '\0'`,
    files.length > 0 &&
      sh`${chooseHasher(largest)}; printf '%s\0' ${files.map(dotted)} | xargs -0 $H 2>/dev/null`,
    sh`fi
:`,
  );
}

/** Nothing of the source is there, as on a new host: nothing to list and to hash. No process is started for this. */
function stopIfNone({ items }: PlacedTree): Script {
  const tops = new Set(items.map(({ path }) => `./${path.split('/')[0]}`));
  return sh`for e in ${[...tops]} ''; do [ -e "$e" ] || [ -L "$e" ] && break; done; [ "$e" ] || exit 0`;
}

export function dotted(item: { readonly path: string }): string {
  return `./${item.path}`;
}

export function readTree(reply: Reply, desired: PlacedTree): TreeNow | Refusal {
  const start = Buffer.from(reply.out).indexOf('\0t\0');
  const head = start < 0 ? reply.out : reply.out.subarray(0, start + 1);
  const facts = readPath({ ...reply, out: head }, question(desired));
  if (isRefusal(facts)) return facts;
  const none = { facts, entries: new Map(), hashes: new Map(), targets: new Map(), mounts: [] };
  if (start < 0) return none;
  const listing = readListing(reply.out, start + 3);
  if (!listing) return refuse(`could not list what is below ${desired.root}`);
  const entries = new Map(listing.entries.map((entry) => [entry.path, entry]));
  const { mounts, end: afterMounts } = readMounts(reply.out, listing.end);
  const { targets, end } = readTargets(reply.out, afterMounts);
  return {
    facts,
    entries,
    targets,
    mounts,
    hashes: readHashes(reply.out.subarray(end), desired.items, entries),
  };
}

function readMounts(out: Uint8Array, from: number): { mounts: string[]; end: number } {
  const buffer = Buffer.from(out.buffer, out.byteOffset, out.byteLength);
  const mounts: string[] = [];
  let at = from;
  for (let end = buffer.indexOf(0, at); end > at; end = buffer.indexOf(0, at)) {
    mounts.push(buffer.toString('utf8', at, end));
    at = end + 1;
  }
  return { mounts, end: at + 1 };
}

function readTargets(out: Uint8Array, from: number): { targets: Map<string, string>; end: number } {
  const buffer = Buffer.from(out.buffer, out.byteOffset, out.byteLength);
  const targets = new Map<string, string>();
  let at = from;
  while (at < buffer.length && buffer[at] !== 0) {
    const name = buffer.indexOf(0, at);
    const value = buffer.indexOf(0, name + 1);
    if (name < 0 || value < 0) break;
    targets.set(
      buffer.toString('utf8', at + 2, name),
      buffer.toString('utf8', name + 1, value).replace(/\n?\.$/, ''),
    );
    at = value + 1;
  }
  return { targets, end: at + 1 };
}

/**
 * The hasher answers in the order asked, and says nothing of what it cannot read. The names are known, so that no
 * name can pass for another's line. GNU's sha256sum marks a line in which it escaped the name with a backslash.
 */
function readHashes(
  out: Uint8Array,
  items: readonly TreeItem[],
  entries: ReadonlyMap<string, Entry>,
): Map<string, string> {
  const said = Buffer.from(out.buffer, out.byteOffset, out.byteLength).toString('latin1');
  const hashes = new Map<string, string>();
  let at = 0;
  for (const item of items) {
    const entry = entries.get(item.path);
    if (item.kind !== 'file' || !entry) continue;
    const line = lineFor(said, at, `./${entry.raw}`);
    if (!line) continue;
    hashes.set(item.path, line.hash);
    at = line.end;
  }
  return hashes;
}

function lineFor(said: string, at: number, name: string): { hash: string; end: number } | null {
  const escaped = said[at] === '\\';
  const from = at + (escaped ? 1 : 0);
  const hash = said.slice(from, from + 64);
  if (!/^[0-9a-f]{64}$/.test(hash)) return null;
  const whole = name.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  const forms = escaped ? [whole, whole.replace(/\r/g, '\\r')] : [name];
  const form = forms.find((one) => said.startsWith(`${one}\n`, from + 66));
  return form === undefined ? null : { hash, end: from + 66 + form.length + 1 };
}
