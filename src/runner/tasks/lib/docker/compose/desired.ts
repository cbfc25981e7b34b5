import type { Infer } from '../../../../contract/schema.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { baseName, PATH_PATTERN, tidy } from '../../files/paths.ts';

export const COMPOSE_SCHEMA = {
  type: 'object',
  description: 'Brings the containers of a compose file up, stops them, or takes them away.',
  additionalProperties: false,
  required: ['project_src'],
  properties: {
    project_src: {
      type: 'string',
      pattern: PATH_PATTERN,
      description: 'The directory of the project on the host, by its absolute path.',
    },
    files: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', minLength: 1 },
      description:
        'The compose files, relative to `project_src`, each overriding those before it. Without it, those that compose finds there.',
    },
    project_name: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9_-]*$',
      description:
        'The name of the project: small letters, digits, `_` and `-`; chosen by compose unless given, mostly that of the directory.',
    },
    env_file: {
      type: 'string',
      minLength: 1,
      description: 'Variables for the compose files, relative to `project_src`; `.env` unless given.',
    },
    state: {
      enum: ['present', 'stopped', 'absent'],
      default: 'present',
      description:
        'present: containers are as the files say, and run. stopped: none runs. absent: there are none, and no networks.',
    },
    services: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9._-]*$' },
      description: 'Only these services; with `present` also those that they depend on.',
    },
    build: {
      type: 'boolean',
      default: false,
      description: 'Where something is to be changed, images are built anew before.',
    },
    pull: {
      enum: ['missing', 'always', 'never'],
      default: 'missing',
      description: 'Which images are pulled where something is to be changed.',
    },
    remove_orphans: {
      type: 'boolean',
      default: false,
      description: 'Containers of the project whose service is no more in the files are removed.',
    },
    remove_volumes: {
      type: 'boolean',
      default: false,
      description: 'With `absent`: the volumes of the project are removed, with their data.',
    },
    wait: {
      type: 'boolean',
      default: false,
      description: 'With `present`: until all containers run, and those with a health check are healthy.',
    },
    wait_timeout: {
      type: 'integer',
      minimum: 1,
      default: 300,
      description: 'Seconds after which the task fails with `wait`.',
    },
  },
} as const;

export interface Composed {
  readonly src: string;
  /** Absolute; null: compose looks for them. */
  readonly files: readonly string[] | null;
  readonly envFile: string | null;
  readonly name: string | null;
  /** What docker-compose 1 makes of the directory, where no name is given. */
  readonly ownName: string;
  readonly state: 'present' | 'stopped' | 'absent';
  /** null: all. */
  readonly services: readonly string[] | null;
  readonly build: boolean;
  readonly pull: 'missing' | 'always' | 'never';
  readonly removeOrphans: boolean;
  readonly removeVolumes: boolean;
  /** Seconds; null: it is not waited. */
  readonly wait: number | null;
}

export function desireCompose(params: Infer<typeof COMPOSE_SCHEMA>): Composed | Refusal {
  const { state, services = null } = params;
  const src = tidy(params.project_src);
  const away = state === 'absent';
  if (params.remove_volumes && !(away && services === null))
    return refuse('remove_volumes goes with `state: absent` of the whole project only');
  if (params.wait && state !== 'present') return refuse('wait goes with `state: present` only');
  const below = (path: string) => (path.startsWith('/') ? tidy(path) : `${src}/${path}`);
  return {
    src,
    files: params.files?.map(below) ?? null,
    envFile: params.env_file === undefined ? null : below(params.env_file),
    name: params.project_name ?? null,
    ownName:
      baseName(src)
        .toLowerCase()
        .replace(/[^-_a-z0-9]/g, '') || 'default',
    state,
    services,
    build: params.build,
    pull: params.pull,
    removeOrphans: params.remove_orphans,
    removeVolumes: params.remove_volumes,
    wait: params.wait ? params.wait_timeout : null,
  };
}

/** The words that come before compose's own command, the same for every call. */
export function projectWords({ src, files, envFile, name }: Composed): string[] {
  return [
    '--project-directory',
    src,
    ...(files ?? []).flatMap((file) => ['-f', file]),
    ...(envFile === null ? [] : ['--env-file', envFile]),
    ...(name === null ? [] : ['-p', name]),
  ];
}
