import { dirname, join } from 'node:path';
import type { Inherited, Notified } from './inherited.ts';
import type { Loader } from './loader.ts';
import type { RoleUse } from './model.ts';
import type { RoleText } from './role.ts';
import type { Span } from './source.ts';

/** Where tasks are being read: the files around them, and what they inherit. */
export interface Here {
  readonly loader: Loader;
  readonly play: PlayDraft;
  readonly place: Place;
  readonly inherited: Inherited;
}

/** What is gathered while the nodes of one play are read. */
export interface PlayDraft {
  /** Every use of a role, in the order of reading. */
  readonly used: Used[];
  readonly notified: Notified[];
  readonly handlerNames: HandlerName[];
  /** Tags that nodes get afterwards, because a later use of a role was left to an earlier one. */
  readonly moreTags: {
    readonly from: number;
    readonly to: () => number;
    readonly tags: ReadonlySet<string>;
  }[];
}

/** A handler's own name, or one that it listens to. */
export interface HandlerName {
  readonly name: string;
  readonly span: Span;
  readonly kind: 'name' | 'listen';
  readonly role: string | null;
}

export interface Used {
  readonly text: RoleText;
  readonly use: RoleUse;
  /** Equal for uses that would do the same. */
  readonly key: string;
  /** What must hold for it to be run, beside what tags say. */
  readonly gates: readonly string[];
  /** Inside the role: how its handlers are read. */
  readonly here: Here;
  readonly span: Span;
  /** Ids of its nodes and those of its dependencies: from, up to and with. */
  readonly ids: { from: number; to: number };
}

export interface Place {
  /** Absolute directories. `dir` is that of the file being read. */
  readonly playbookDir: string;
  readonly root: string;
  readonly dir: string;
  readonly role: RoleText | null;
  readonly search: { readonly files: readonly string[]; readonly templates: readonly string[] };
  /** The task files being read, outermost first: none of them may be imported again. */
  readonly files: readonly string[];
  /** Roles whose dependencies are being read. */
  readonly dependents: readonly RoleText[];
  /** Loop variables around. */
  readonly loops: readonly string[];
  /** Blocks and includes around that may not be run, or more than once. */
  readonly gates: readonly string[];
  readonly handlers: boolean;
}

export function playbookPlace(playbookDir: string, root: string): Place {
  const place = { playbookDir, root, dir: playbookDir, role: null };
  return {
    ...place,
    search: searchPath(place),
    files: [],
    dependents: [],
    loops: [],
    gates: [],
    handlers: false,
  };
}

/** The place inside another task file. */
export function intoFile(place: Place, file: string): Place {
  const moved = { ...place, dir: dirname(file), files: [...place.files, file] };
  return { ...moved, search: searchPath(moved) };
}

/** Where sources are looked for, best first (DESIGN section 6, "Where things are looked up"). */
function searchPath(place: Pick<Place, 'playbookDir' | 'root' | 'dir' | 'role'>): Place['search'] {
  const along = (kind: 'files' | 'templates') => {
    const role = place.role ? [join(place.role.role.path, kind), place.role.role.path] : [];
    const dirs = [
      ...role,
      place.dir,
      join(place.playbookDir, kind),
      place.playbookDir,
      join(place.root, kind),
      place.root,
    ];
    return [...new Set(dirs)];
  };
  // Few tasks look for anything.
  let files: readonly string[] | undefined;
  let templates: readonly string[] | undefined;
  return {
    get files() {
      files ??= along('files');
      return files;
    },
    get templates() {
      templates ??= along('templates');
      return templates;
    },
  };
}
