import type { Declared } from './attributes.ts';
import type { PathFacts } from './facts.ts';
import type { Entry } from './manifest.ts';

/** What `file` wants of a path. */
export interface FileState {
  readonly path: string;
  /** null: whatever is there. */
  readonly state: 'file' | 'directory' | 'link' | 'touch' | 'absent' | null;
  /** Where a link leads to. */
  readonly src: string | null;
  readonly declared: Declared;
  readonly recurse: boolean;
  readonly follow: boolean;
  readonly force: boolean;
}

/** A directory from which the login may not remove what it holds, or at which something is mounted. */
export interface Stays {
  readonly why: 'login' | 'mount';
  readonly where: string;
}

export interface FileNow {
  readonly facts: PathFacts;
  /** Something is where the link is to lead to. */
  readonly leads: boolean;
  /** All below the directory; only with `recurse`. */
  readonly below: readonly Entry[];
  /** Of a tree that is to go: why it can't, or must not. */
  readonly stays: Stays | null;
}
