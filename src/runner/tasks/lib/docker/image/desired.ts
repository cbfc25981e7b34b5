import type { Infer } from '../../../../contract/schema.ts';
import {
  isRefusal,
  type Local,
  type LocalFile,
  type Refusal,
  refuse,
} from '../../../../contract/task-type.ts';
import { imageName } from '../reference.ts';

const NAME = '^[a-z0-9A-Z][^\\s\\0]*$';

export const IMAGE_SCHEMA = {
  type: 'object',
  description: 'An image on the host: pulled from a registry, loaded from an archive, named, or removed.',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: NAME,
      description: 'Its name with a tag (`latest` unless given) or a digest (`name@sha256:…`).',
    },
    state: {
      enum: ['present', 'absent'],
      default: 'present',
      description: 'Whether the host has an image of that name.',
    },
    pull: {
      enum: ['missing', 'never'],
      default: 'missing',
      description: 'Whether an image that is missing is pulled. One with an `archive` never is.',
    },
    archive: {
      type: 'string',
      minLength: 1,
      source: 'files',
      description:
        'What `docker save` wrote (compressed or not), a file of the project looked for in `files/`.',
    },
    id: {
      type: 'string',
      pattern: '^sha256:[0-9a-f]{64}$',
      description:
        'The id that it must have (`docker image inspect --format \\{{.Id}}`). Without it the name is enough, whatever it stands for.',
    },
    tag_as: {
      type: 'array',
      items: { type: 'string', pattern: NAME },
      default: [],
      description: 'Further names that it has.',
    },
  },
} as const;

export type ImageParams = Infer<typeof IMAGE_SCHEMA>;

export interface WantedImage extends Omit<ImageParams, 'archive'> {
  readonly archive: LocalFile | null;
}

export function desireImage(params: ImageParams, local: Local): WantedImage | Refusal {
  const { archive, state, id, tag_as } = params;
  if (state === 'absent' && (archive !== undefined || id !== undefined || tag_as.length > 0)) {
    return refuse('archive, id and tag_as go with state: present only');
  }
  const digest = [...(archive === undefined ? [] : [params.name]), ...tag_as].find((name) =>
    name.includes('@'),
  );
  if (digest !== undefined) return refuse(`${digest} is no name that can be given: it holds a digest`);
  const file = archive === undefined ? null : local.file(archive);
  if (isRefusal(file)) return file;
  return { ...params, name: imageName(params.name), tag_as: tag_as.map(imageName), archive: file };
}
