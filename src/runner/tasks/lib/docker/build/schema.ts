import type { Infer } from '../../../../contract/schema.ts';

export const buildSchema = {
  type: 'object',
  description:
    'An image built from a Dockerfile. It is built again when its context, its arguments or a base image changed.',
  additionalProperties: false,
  required: ['name'],
  exactlyOne: [['path', 'remote_path']],
  properties: {
    name: {
      type: 'string',
      pattern: '^[a-z0-9][a-zA-Z0-9_./:-]*$',
      aliases: ['tag'],
      description: "The image's name, with its tag (`latest` unless given).",
    },
    path: {
      type: 'string',
      source: 'files',
      aliases: ['src'],
      description: 'The context: a directory on the controller, looked for as `src` of copy is.',
    },
    remote_path: {
      type: 'string',
      pattern: '^/',
      description: 'The context: a directory that is on the host already.',
    },
    dockerfile: {
      type: 'string',
      default: 'Dockerfile',
      pattern: '^[^/]',
      description: 'The Dockerfile, relative to the context.',
    },
    args: {
      type: 'object',
      additionalProperties: { type: ['string', 'integer'] },
      aliases: ['build_args'],
      description: "Build arguments. They stay readable in the image's history: never a secret.",
    },
    target: { type: 'string', description: 'The stage to build; the last one unless given.' },
    labels: {
      type: 'object',
      additionalProperties: { type: ['string', 'integer', 'boolean'] },
      description: 'Labels of the image.',
    },
    pull: {
      type: 'boolean',
      default: false,
      description: 'Whether a build fetches the newest base images first, also those that the host has.',
    },
    no_cache: {
      type: 'boolean',
      default: false,
      aliases: ['nocache'],
      description: 'Whether a build runs every step anew.',
    },
    network: { type: 'string', description: 'The network of the steps (`host`, `none`).' },
  },
} as const;

export type Params = Infer<typeof buildSchema>;
