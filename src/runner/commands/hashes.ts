import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const PIECE = 2 * 1024 * 1024;
/** Bytes in all that are hashed on suspicion. */
const AHEAD_LIMIT = 512 * 1024 * 1024;

/**
 * SHA-256 of files of any size, which are never held as a whole. A large one that will probably be asked about is begun
 * in the pauses of the run, so that it is done while its host hashes its own.
 */
export class Hashes {
  readonly #begun = new Map<string, Hashing>();
  readonly #queue: Hashing[] = [];
  /** What is read is hashed before anything else is read. */
  readonly #piece = new Piece();
  #left = AHEAD_LIMIT;

  /** `size` in bytes. The process does not wait for it. */
  ahead(path: string, size: number): void {
    if (this.#begun.has(path) || size > this.#left) return;
    this.#left -= size;
    const hashing = new Hashing(path, this.#piece);
    this.#begun.set(path, hashing);
    this.#queue.push(hashing);
    if (this.#queue.length === 1) this.#soon();
  }

  /** Lower-case hex. Throws where the file can't be read. */
  of(path: string): string {
    return this.#begun.get(path)?.finish() ?? this.anew(path);
  }

  /** As `of`, of what it is now. */
  anew(path: string): string {
    return new Hashing(path, this.#piece).finish();
  }

  #soon(): void {
    setTimeout(() => this.#step(), 0).unref();
  }

  #step(): void {
    if (this.#queue[0]?.step() !== 'more') this.#queue.shift();
    if (this.#queue.length > 0) this.#soon();
  }
}

/** Room for one piece, made when it is first wanted. */
class Piece {
  #bytes: Buffer | null = null;

  get bytes(): Buffer {
    this.#bytes ??= Buffer.allocUnsafe(PIECE);
    return this.#bytes;
  }
}

class Hashing {
  readonly #path: string;
  readonly #piece: Piece;
  #work: { readonly file: number; readonly hash: Hash } | null = null;
  #done: string | null = null;

  constructor(path: string, piece: Piece) {
    this.#path = path;
    this.#piece = piece;
  }

  /** Reads one piece. A file that can't be read is left to `finish` to complain about. */
  step(): 'more' | 'over' {
    try {
      return this.#read() ? 'more' : 'over';
    } catch {
      this.#close();
      return 'over';
    }
  }

  finish(): string {
    try {
      while (this.#read());
    } catch (error) {
      this.#close();
      throw error;
    }
    return this.#done!;
  }

  /** True if there may be more to read. */
  #read(): boolean {
    if (this.#done !== null) return false;
    this.#work ??= { file: openSync(this.#path, 'r'), hash: createHash('sha256') };
    const { file, hash } = this.#work;
    const piece = this.#piece.bytes;
    const read = readSync(file, piece);
    if (read > 0) {
      hash.update(piece.subarray(0, read));
      return true;
    }
    this.#done = hash.digest('hex');
    this.#close();
    return false;
  }

  #close(): void {
    if (this.#work) closeSync(this.#work.file);
    this.#work = null;
  }
}
