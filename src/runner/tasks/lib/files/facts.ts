export type Kind = 'absent' | 'file' | 'directory' | 'link' | 'other';

/** What the host says about one path; made by `readPath` from the answer to `probePath`. */
export interface PathFacts {
  /** The path asked about; below it, if a file was to go into a directory. */
  readonly path: string;
  /** The login's umask. */
  readonly umask: number;
  readonly parent: ParentFacts;
  readonly kind: Kind;
  /** null: absent, or not known in a dry run. */
  readonly attributes: Attributes | null;
  /** Of a symbolic link, also where it was followed. */
  readonly target: string | null;
  /** The link leads to a directory. */
  readonly toDirectory?: true;
  /** Where a followed link leads to; the path itself otherwise. */
  readonly real: string;
  /** Lower-case hex; null where it was not worth asking for. */
  readonly sha256: string | null;
  /** The bytes, where they differ from the wanted ones and are few. */
  readonly content: Uint8Array | null;
  /** The login may read the file. */
  readonly readable: boolean;
  /** Names of users and groups that were asked for and that the host does not know. */
  readonly unknownUser: string | null;
  readonly unknownGroup: string | null;
  /** null: root, or nobody whose rights could matter (see `askLogin`). */
  readonly login: Login | null;
  /** The login is root, and may not write it: it is immutable, or read-only where it is. */
  readonly closed?: true;
}

export interface Login {
  readonly uid: number;
  readonly name: string;
  /** Numbers and names of all its groups, with a blank before and behind each. */
  readonly groups: string;
}

export interface Attributes {
  readonly bits: number;
  readonly uid: number;
  readonly gid: number;
  /** `UNKNOWN` where the number has no name. */
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  /** Names that the same file has. */
  readonly links: number;
  /** Differs after any change to the file. */
  readonly stamp: string;
}

export type ParentFacts =
  | {
      readonly kind: 'present';
      /** Its path without symbolic links. */
      readonly physical: string;
      /** null: the login may write in it; otherwise whose it is, `root 0755`, and `, read-only` where root may not. */
      readonly barred: string | null;
    }
  | {
      readonly kind: 'missing';
      /** The nearest thing on the way that is there. */
      readonly nearest: string;
      /** Its path without symbolic links. */
      readonly real: string;
      /** What stops: nothing but absence, or that `nearest` is no directory, or may not be entered. */
      readonly because: 'absent' | 'no-directory' | 'forbidden';
      /** `nearest` is a link that leads to no directory: to nothing, or to something else. */
      readonly isLink?: true;
    };
