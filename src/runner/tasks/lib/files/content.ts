import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Json } from '../../../contract/json.ts';
import type { LocalFile } from '../../../contract/task-type.ts';
import type { PathFacts } from './facts.ts';
import { SMALL, type WantedContent } from './path-probe.ts';

/** Bytes for a file on the host; a large one is never held in memory as a whole. */
export type Content = Pick<LocalFile, 'size' | 'sha256' | 'bytes' | 'stream'>;

export function contentOf(text: string): Content {
  const bytes = Buffer.from(text);
  return {
    size: bytes.length,
    sha256: () => sha256(bytes),
    bytes: () => bytes,
    stream: () => Readable.from([bytes]),
  };
}

/** What a probe must know of it. The hash of a large one is not computed before the sizes are seen to agree. */
export function wanted(content: Content): WantedContent {
  return content.size <= SMALL ? { size: content.size, sha256: content.sha256() } : { size: content.size };
}

export function sameContent(facts: PathFacts, content: Content): boolean {
  return facts.kind === 'file' && facts.sha256 !== null && facts.sha256 === content.sha256();
}

/**
 * The wanted content in a delta: its text, or its hash where it is large or no text. A large one whose size differs
 * already is not hashed for show.
 */
export function shownContent(content: Content, facts: PathFacts): string {
  if (content.size > SMALL && facts.sha256 === null) return `${content.size} bytes`;
  const text = content.size <= SMALL ? asText(content.bytes()) : null;
  return text ?? `sha256:${content.sha256()}`;
}

/** The host's content in a delta, as far as the host told it. */
export function shownFacts(facts: PathFacts): Json {
  if (facts.kind !== 'file') return null;
  const text = facts.content && asText(facts.content);
  if (text !== null) return text;
  if (facts.content) return `sha256:${sha256(facts.content)}`;
  if (facts.sha256 !== null) return `sha256:${facts.sha256}`;
  return facts.attributes ? `${facts.attributes.size} bytes` : null;
}

/** The bytes as text, or null where they are no UTF-8 or hold a NUL. */
export function asText(bytes: Uint8Array): string | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.includes(0)) return null;
  const text = buffer.toString('utf8');
  return Buffer.from(text).equals(buffer) ? text : null;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
