import type { Infer } from '../../../contract/schema.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { PATH_PATTERN, tidy } from '../files/paths.ts';

export const GIT_SCHEMA = {
  type: 'object',
  description: 'Keeps a checkout of a git repository at a version.',
  additionalProperties: false,
  required: ['repo', 'dest'],
  properties: {
    repo: {
      type: 'string',
      pattern: '^[^-\\s\\0][^\\n\\0]*$',
      aliases: ['name'],
      description: 'Where the repository is, as `git clone` takes it; without a password.',
    },
    dest: { type: 'string', pattern: PATH_PATTERN, description: 'The directory of the checkout.' },
    version: {
      type: 'string',
      pattern: '^(?!-)(?!.*\\.\\.)[^\\s\\0~^:?*\\[\\\\]+$',
      default: 'HEAD',
      description:
        'A commit, a branch, a tag, or HEAD: what the repository has checked out itself. Only a full commit can be compared without asking the repository.',
    },
    remote: {
      type: 'string',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
      default: 'origin',
      description: 'The name of the repository within the checkout.',
    },
    update: {
      type: 'boolean',
      default: true,
      description: 'False: a checkout that is there stays as it is, whatever its version.',
    },
    force: {
      type: 'boolean',
      default: false,
      description: 'Changes that somebody made to files of the checkout are discarded.',
    },
    depth: {
      type: 'integer',
      minimum: 1,
      description: 'Fetch that many commits of the history only.',
    },
    recursive: { type: 'boolean', default: true, description: 'Submodules are checked out too.' },
    key_file: {
      type: 'string',
      pattern: PATH_PATTERN,
      description: 'A private SSH key on the host, the only one that is offered.',
    },
  },
} as const;

export type GitParams = Infer<typeof GIT_SCHEMA>;

export interface Checkout extends GitParams {
  /** The version is a full commit: SHA-1 or SHA-256. */
  readonly pinned: boolean;
  /** Names of references that the version may stand for; none if it is a full commit. */
  readonly refs: readonly string[];
}

export function desireCheckout(params: GitParams): Checkout | Refusal {
  const { repo, version } = params;
  if (/^[a-z+]+:\/\/[^/@]*:[^/@]*@/i.test(repo)) {
    return refuse(
      'the address of the repository holds a password, which any process of the host could see',
      'give a key with key_file, or keep the password in a git credential helper on the host',
    );
  }
  const pinned = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(version);
  return { ...params, dest: tidy(params.dest), pinned, refs: pinned ? [] : refsOf(version) };
}

function refsOf(version: string): string[] {
  if (version === 'HEAD' || version.startsWith('refs/')) return [version, `${version}^{}`];
  return [`refs/heads/${version}`, `refs/tags/${version}`, `refs/tags/${version}^{}`];
}

/** It may be the beginning of a commit's name. */
export function isShort(version: string): boolean {
  return /^[0-9a-f]{7,63}$/.test(version);
}
