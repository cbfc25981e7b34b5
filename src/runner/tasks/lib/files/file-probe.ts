import type { Reply } from '../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { isRefusal, type Refusal, refuse } from '../../../contract/task-type.ts';
import type { FileNow, FileState } from './file-desired.ts';
import { listAll, readListing } from './manifest.ts';
import { type PathQuestion, probePath } from './path-probe.ts';
import { readPath } from './path-read.ts';

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
    sh`:`,
  );
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
  if (listed === null) return { facts, leads, below: [] };
  const listing = readListing(reply.out, listed);
  if (!listing) return refuse(`could not list what is below ${desired.path}`);
  return { facts, leads, below: listing.entries };
}

/** Behind the record that announces it; null where the path is no directory. */
function listingStart(out: Uint8Array): number | null {
  const at = Buffer.from(out).indexOf('\0t\0');
  return at < 0 ? null : at + 3;
}
