import type { Reply } from '../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { isRefusal, type Refusal, refuse } from '../../../contract/task-type.ts';
import type { FileNow, FileState, Stays } from './file-desired.ts';
import { listAll, readListing } from './manifest.ts';
import { tellMounts } from './mounts.ts';
import { type PathQuestion, probePath } from './path-probe.ts';
import { readPath } from './path-read.ts';
import { parentOf } from './paths.ts';

function question(desired: FileState): PathQuestion {
  const { owner, group } = desired.declared;
  return { path: desired.path, follow: desired.follow, owner, group, writes: true };
}

export function probeState(desired: FileState): Script {
  return lines(
    probePath(question(desired)),
    desired.src !== null && sh`[ -e ${pathWord(desired.src)} ] && printf 'e\0'`,
    desired.recurse && sh`if [ -d "$b" ]; then cd "$b" || exit 1; printf 't\0'`,
    desired.recurse && listAll(),
    desired.recurse && sh`fi`,
    desired.state === 'absent' && askWhatStays(),
    sh`:`,
  );
}

/**
 * What is mounted in the tree that the path is; else the directory from which the login may not take what is in it, where the path is a tree that holds one: `rm -r` would
 * stop there, with a part of the tree gone. Root is asked only whether it may write: what is read-only stays for root too.
 */
function askWhatStays(): Script {
  return sh`if [ -d "$b" ] && ! [ -L "$b" ]; then
m=$(cd "$b" && { ${tellMounts()}; } | tr '\0' '\n' | head -n 1)
if [ "$m" ]; then printf 'm./%s\0' "$m"; else
u=$(id -u); printf 'k%s\0' "$(find "$b" -type d -exec sh -c '
for d do
if [ -r "$d" ] && [ -x "$d" ] && [ -w "$d" ]; then
[ "$0" = 0 ] || ! [ -k "$d" ] || [ -O "$d" ] || [ -z "$(find "$d/." ! -name . -prune ! -user "$0")" ] || printf "%s\n" "$d"
else [ -r "$d" ] && [ -z "$(ls -A "$d")" ] || printf "%s\n" "$d"; fi
done' "$u" {} + 2>/dev/null | head -n 1)"
fi
fi`;
}

/** A file test takes no word that could be an operator. */
function pathWord(src: string): string {
  return src.startsWith('/') ? src : `./${src}`;
}

export function readState(reply: Reply, desired: FileState): FileNow | Refusal {
  const listed = desired.recurse ? listingStart(reply.out) : null;
  const head = listed === null ? reply : { ...reply, out: reply.out.subarray(0, listed) };
  const facts = readPath(head, question(desired));
  if (isRefusal(facts)) return facts;
  const leads = Buffer.from(head.out).includes('\0e\0');
  if (listed === null) return { facts, leads, below: [], stays: whatStays(head.out, desired) };
  const listing = readListing(reply.out, listed);
  if (!listing) return refuse(`could not list what is below ${desired.path}`);
  return { facts, leads, below: listing.entries, stays: null };
}

function whatStays(out: Uint8Array, { state, path }: FileState): Stays | null {
  const last = state === 'absent' ? Buffer.from(out).toString().split('\0').at(-2) : undefined;
  const [, why, under] = /^([km])\.\/(.*)$/s.exec(last ?? '') ?? [];
  if (under === undefined) return null;
  if (why === 'm') return { why: 'mount', where: under === '.' ? path : `${path}/${under}` };
  return { why: 'login', where: `${parentOf(path)}/${under}`.replace('//', '/') };
}

/** Behind the record that announces it; null where the path is no directory. */
function listingStart(out: Uint8Array): number | null {
  const at = Buffer.from(out).indexOf('\0t\0');
  return at < 0 ? null : at + 3;
}
