import type { Infer } from '../../../../contract/schema.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { NAME } from '../names.ts';
import { imageName } from '../reference.ts';

export const PRUNE_SCHEMA = {
  type: 'object',
  description: 'Removes what bears an owner’s label and is not declared any more.',
  additionalProperties: false,
  required: ['owner'],
  properties: {
    owner: {
      type: 'string',
      pattern: '^[A-Za-z0-9][A-Za-z0-9_./-]*$',
      description: 'The value of the label: nothing without it is ever touched.',
    },
    label: {
      type: 'string',
      pattern: '^[A-Za-z0-9][A-Za-z0-9_./-]*$',
      default: 'mama-play.owner',
      description: 'The name of the label.',
    },
    containers: {
      type: 'array',
      items: { type: 'string', pattern: NAME },
      description: 'Containers that stay. Without the list none is looked at.',
    },
    networks: {
      type: 'array',
      items: { type: 'string', pattern: NAME },
      description: 'Networks that stay. Without the list none is looked at.',
    },
    images: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      description: 'Images that stay, by name; unnamed ones go. Without the list none is looked at.',
    },
    volumes: {
      type: 'array',
      items: { type: 'string', pattern: NAME },
      description:
        'Volumes that stay. All others of the owner go with their data, so `delete_data` must be set too.',
    },
    delete_data: {
      type: 'boolean',
      default: false,
      description: 'The data of volumes that are not listed may be deleted.',
    },
  },
} as const;

export type PruneParams = Infer<typeof PRUNE_SCHEMA>;

export const SORTS = ['containers', 'networks', 'volumes', 'images'] as const;

export function desirePrune(params: PruneParams): PruneParams | Refusal {
  if (!SORTS.some((sort) => params[sort] !== undefined)) {
    return refuse('docker_prune has nothing to look at', `list what stays: ${SORTS.join(', ')}`);
  }
  if (params.volumes && !params.delete_data) {
    return refuse(
      'volumes hold data: they are removed only if delete_data is true',
      'set it, or leave the list of volumes out',
    );
  }
  if (params.delete_data && !params.volumes) return refuse('delete_data goes with a list of volumes');
  return params.images ? { ...params, images: params.images.map(imageName) } : params;
}
