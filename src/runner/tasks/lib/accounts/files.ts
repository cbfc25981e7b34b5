import type { Predictions } from '../../../contract/task-type.ts';

const OTHERWISE = { kind: 'file', contents: 'unknown' } as const;

/** A dry run foresees that the files of users and groups would be otherwise, and not how. */
export const ACCOUNT_FILES: Predictions = Object.fromEntries(
  ['passwd', 'group', 'shadow', 'gshadow'].map((name) => [`path:/etc/${name}`, OTHERWISE]),
);
