export type Place =
  | 'absent'
  /** An empty directory. */
  | 'empty'
  | 'repository'
  /** A directory with something in it that is no repository. */
  | 'directory'
  | 'other';

/** What the host says of a checkout, and the repository of its references. */
export interface CheckoutNow {
  readonly place: Place;
  /** Where nothing is: the nearest thing on the way that is there. */
  readonly nearest: string | null;
  /** The full commit; null: there is none. */
  readonly head: string | null;
  readonly url: string | null;
  /** An earlier run was cut off while it changed the files: they are nobody's work. */
  readonly unfinished: boolean;
  /** Tracked files that somebody changed. */
  readonly dirty: readonly string[];
  /** By commit that is here already: files that git does not track, where the commit has some. */
  readonly clashes: ReadonlyMap<string, readonly string[]>;
  /** Submodules that are not checked out, or not at their commit. */
  readonly submodules: readonly string[];
  /** The version as the checkout itself knows it: a full commit. */
  readonly local: string | null;
  /** References of the repository that were asked for, and their commits. */
  readonly refs: ReadonlyMap<string, string>;
}
