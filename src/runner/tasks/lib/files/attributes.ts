import type { Change } from '../../../contract/delta.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse, type Unknown } from '../../../contract/task-type.ts';
import type { Attributes, PathFacts } from './facts.ts';
import { chmodWord, defaultBits, formatMode, MODE_PATTERN, resolveMode } from './mode.ts';

/** The parameters that say whose a file is. */
export const OWNERSHIP = {
  owner: {
    type: ['string', 'integer'],
    pattern: '^[^:\\0]+$',
    description: 'The user that it belongs to, by name or number; kept as it is unless given.',
  },
  group: {
    type: ['string', 'integer'],
    pattern: '^[^:\\0]+$',
    description: 'The group that it belongs to, by name or number; kept as it is unless given.',
  },
} as const;

export const MODE = {
  type: 'string',
  pattern: MODE_PATTERN,
  examples: ['0644', 'u=rwX,g=rX,o='],
  description: 'Permissions, as quoted octal digits or symbolic as in chmod; kept as they are unless given.',
} as const;

/** What was declared; undefined = not declared. */
export interface Declared {
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
}

/** From parameters, where an owner may have been written as a number. */
export function declared(params: {
  readonly mode?: string;
  readonly owner?: string | number;
  readonly group?: string | number;
}): Declared {
  return {
    ...(params.mode === undefined ? {} : { mode: params.mode }),
    ...(params.owner === undefined ? {} : { owner: String(params.owner) }),
    ...(params.group === undefined ? {} : { group: String(params.group) }),
  };
}

export interface Subject {
  readonly directory: boolean;
  /** null: it is new. */
  readonly now: Attributes | null;
  readonly umask: number;
}

/** Which of mode, owner and group are not as declared. A new file's are all `from: null`. */
export function attributeChanges(declared: Declared, subject: Subject): Record<string, Change> {
  const changes: Record<string, Change> = {};
  const { now } = subject;
  const compare = (field: string, from: string | null, to: string) => {
    if (from !== to) changes[field] = { from, to };
  };
  if (declared.mode !== undefined) {
    compare('mode', now && formatMode(now.bits), formatMode(finalBits(declared, subject)));
  }
  if (declared.owner !== undefined)
    compare('owner', now && named(now.owner, now.uid, declared.owner), declared.owner);
  if (declared.group !== undefined)
    compare('group', now && named(now.group, now.gid, declared.group), declared.group);
  return changes;
}

/** The permission bits that it will have, whether declared or not. */
export function finalBits(declared: Declared, subject: Subject): number {
  const bits = subject.now?.bits ?? defaultBits(subject.directory, subject.umask);
  if (declared.mode === undefined) return bits;
  return resolveMode(declared.mode, { bits, directory: subject.directory, umask: subject.umask });
}

/** What a dry run foresees of mode and owners; of a new thing, an owner that is not declared is not known. */
export function attributesAfter(
  declared: Declared,
  facts: Pick<PathFacts, 'kind' | 'attributes' | 'umask'>,
  kind: 'file' | 'directory',
): { mode: string; owner?: string; group?: string } {
  const now = facts.kind === kind ? facts.attributes : null;
  const bits = finalBits(declared, { directory: kind === 'directory', now, umask: facts.umask });
  const { owner, group } = declared;
  return {
    mode: formatMode(bits),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
}

/** Whose a thing will be that an earlier task would make, nobody knows before. */
export function unsureOwner({ path, attributes }: PathFacts, { owner, group }: Declared): Unknown | null {
  if (!attributes) return null;
  // A name and a number cannot be compared without asking the host.
  const unsure = (wanted: string | undefined, name: string, id: number) =>
    wanted !== undefined &&
    (name === '' ||
      (name !== wanted &&
        (/^\d+$/.test(name) || Number.isNaN(id)) &&
        /^\d+$/.test(name) !== /^\d+$/.test(wanted)));
  return unsure(owner, attributes.owner, attributes.uid) || unsure(group, attributes.group, attributes.gid)
    ? { unknown: `whose ${path} would be is not known yet` }
    : null;
}

/** A number is compared with the number; a file of a number without a name shows the number. Null: not known (a dry run). */
function named(name: string, id: number, wanted: string): string | null {
  if (name === '') return null;
  return /^\d+$/.test(wanted) || name === 'UNKNOWN' ? String(id) : name;
}

/**
 * Sets what changes, on quoted words or `"$t"`. The owner comes first: a change of owner clears set-ID bits
 * (chown(2)), so these are set again even where the mode itself stays.
 */
export function setAttributes(
  changes: Readonly<Record<string, unknown>>,
  declared: Declared,
  bits: number,
  word: Script,
) {
  const owner = 'owner' in changes ? declared.owner : undefined;
  const group = 'group' in changes ? declared.group : undefined;
  const chown = chownWord(owner, group);
  const chmod = 'mode' in changes || (chown !== null && (bits & 0o6000) !== 0);
  return lines(
    chown !== null && sh`chown ${chown} ${word} || exit 1`,
    chmod && sh`chmod ${chmodWord(bits)} ${word} || exit 1`,
  );
}

/** `user`, `user:group`, `:group`, or null where neither is wanted. */
export function chownWord(owner: string | undefined, group: string | undefined): string | null {
  if (owner === undefined && group === undefined) return null;
  return group === undefined ? (owner ?? null) : `${owner ?? ''}:${group}`;
}

export function strangers(facts: Pick<PathFacts, 'unknownUser' | 'unknownGroup'>): Refusal | null {
  if (facts.unknownUser !== null) {
    return refuse(`the host has no user "${facts.unknownUser}"`, 'make it first, or correct `owner`');
  }
  if (facts.unknownGroup !== null) {
    return refuse(`the host has no group "${facts.unknownGroup}"`, 'make it first, or correct `group`');
  }
  return null;
}
