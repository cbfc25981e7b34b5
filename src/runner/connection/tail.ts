/** Keeps the last `limit` bytes of what it is given. */
export class Tail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #all = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#all += chunk.length;
    while (this.#size - this.#chunks[0]!.length >= this.#limit) this.#size -= this.#chunks.shift()!.length;
  }

  /** Whether there was more. */
  get isEndless(): boolean {
    return this.#all > this.#limit;
  }

  bytes(): Buffer {
    const all = Buffer.concat(this.#chunks);
    return all.subarray(Math.max(0, all.length - this.#limit));
  }
}

/** Cuts a stream of chunks into lines of UTF-8; a line longer than 64 KiB is cut. */
export class Lines {
  readonly #each: (line: string) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(each: (line: string) => void) {
    this.#each = each;
  }

  add(chunk: Buffer): void {
    let all = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (let at = all.indexOf(10); at >= 0; at = all.indexOf(10)) {
      this.#each(all.toString('utf8', 0, at).replace(/\r$/, ''));
      all = all.subarray(at + 1);
    }
    this.#rest = all;
    if (all.length > 64 * 1024) this.end();
  }

  /** Says what is left. */
  end(): void {
    if (this.#rest.length > 0) this.#each(this.#rest.toString('utf8'));
    this.#rest = Buffer.alloc(0);
  }
}
