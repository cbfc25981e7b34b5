import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Content } from './content.ts';
import { SMALL } from './path-probe.ts';

export interface Member {
  /** ASCII, at most 100 characters: such a name needs no pax header, which busybox tar does not know. */
  readonly name: string;
  readonly bits: number;
  readonly content: Content;
}

/** The last member: where it is missing, the stream was cut off. */
export const END_MEMBER = 'end';

const BATCH = 64 * 1024;

/** One tar stream of these files. The library is loaded when the first byte is due. */
export function tarOf(members: readonly Member[]): Readable {
  const out = inBatches();
  pack(members, out).catch((error: Error) => out.destroy(error));
  return out;
}

/** Small pieces put together, so that a file of a few bytes is not three messages of its own. */
function inBatches(): Transform {
  let held: Buffer[] = [];
  let size = 0;
  const batch = (): Buffer => {
    const whole = held.length === 1 ? held[0]! : Buffer.concat(held);
    held = [];
    size = 0;
    return whole;
  };
  return new Transform({
    transform(chunk: Buffer, _, done) {
      held.push(chunk);
      size += chunk.length;
      if (size < BATCH) done();
      else done(null, batch());
    },
    flush: (done) => (size > 0 ? done(null, batch()) : done()),
  });
}

async function pack(members: readonly Member[], out: Transform): Promise<void> {
  const { default: tarStream } = await import('tar-stream');
  const tar = tarStream.pack();
  const sent = pipeline(tar, out);
  const packed = (async () => {
    for (const { name, bits, content } of members) await add(tar, header(name, bits, content.size), content);
    await add(tar, header(END_MEMBER, 0o600, 0), null);
    tar.finalize();
  })();
  await Promise.all([sent, packed]);
}

/** The type bits keep a mode of 0 from being taken for none. */
function header(name: string, bits: number, size: number) {
  return { name, size, mode: 0o100000 | bits, type: 'file' as const, mtime: new Date(0) };
}

type Pack = ReturnType<typeof import('tar-stream')['pack']>;

async function add(tar: Pack, head: ReturnType<typeof header>, content: Content | null): Promise<void> {
  if (content && content.size > SMALL) return pipeline(content.stream(), tar.entry(head));
  const bytes = Buffer.from(content?.bytes() ?? '');
  await new Promise<void>((resolve, reject) => {
    tar.entry(head, bytes, (error) => (error ? reject(error) : resolve()));
  });
}
