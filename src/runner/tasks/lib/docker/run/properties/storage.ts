import { SIZE } from '../../units.ts';

/** What it sees of the host's disks. */
export const storageProperties = {
  volumes: {
    type: 'array',
    items: { type: 'string' },
    description:
      '`source:target[:options]`. An absolute source is a path of the host and must exist; a name is a volume; a lone target is an anonymous volume. Options: ro, rw, nocopy, z, Z and propagation.',
  },
  mounts: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['target'],
      properties: {
        type: { enum: ['bind', 'volume', 'tmpfs'], default: 'volume', description: 'The sort of mount.' },
        source: { type: 'string', description: 'A path of the host, or the name of a volume.' },
        target: { type: 'string', pattern: '^/', description: 'The path inside.' },
        read_only: { type: 'boolean', default: false, description: 'Whether it can only be read.' },
        propagation: {
          enum: ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'],
          description: 'How mounts below a bind are passed on; rprivate unless given.',
        },
        no_copy: {
          type: 'boolean',
          default: false,
          description: "Whether a new volume starts without the image's files.",
        },
        tmpfs_size: { type: ['string', 'integer'], pattern: SIZE, description: 'Size of a tmpfs (`64m`).' },
        tmpfs_mode: { type: 'string', pattern: '^[0-7]{3,4}$', description: 'Mode of a tmpfs (`"1777"`).' },
      },
    },
    description: 'Mounts in the long form.',
  },
  tmpfs: {
    type: 'array',
    items: { type: 'string', pattern: '^/' },
    description: 'Directories in memory, `/path[:options]`.',
  },
  read_only: {
    type: 'boolean',
    default: false,
    description: "Whether the container's own files can only be read.",
  },
} as const;
