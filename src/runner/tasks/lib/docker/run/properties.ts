import type { Infer } from '../../../../contract/schema.ts';
import { lifecycleProperties } from './properties/lifecycle.ts';
import { limitProperties } from './properties/limits.ts';
import { networkProperties } from './properties/network.ts';
import { processProperties } from './properties/process.ts';
import { storageProperties } from './properties/storage.ts';

/** Every parameter of docker_run, in the groups in which a person thinks of them. */
export const runProperties = {
  ...lifecycleProperties,
  ...processProperties,
  ...networkProperties,
  ...storageProperties,
  ...limitProperties,
} as const;

export type RunParams = Infer<{
  readonly type: 'object';
  readonly properties: typeof runProperties;
  readonly required: readonly ['name'];
}>;
