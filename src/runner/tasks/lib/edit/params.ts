import { isRefusal, type Refusal } from '../../../contract/task-type.ts';
import { declared, MODE, OWNERSHIP } from '../files/attributes.ts';
import { PATH_PATTERN, tidy } from '../files/paths.ts';
import type { Placing } from '../files/place-file.ts';
import { readValidate, VALIDATE } from '../files/validate.ts';

/** Parameters of every type that edits a file. */
export const FILE = {
  path: {
    type: 'string',
    pattern: PATH_PATTERN,
    aliases: ['dest', 'destfile', 'name'],
    description: 'Absolute path of the file; a symbolic link is followed.',
  },
  create: { type: 'boolean', default: false, description: 'Make the file where there is none.' },
  backup: {
    type: 'boolean',
    default: false,
    description: 'Keep the file that is replaced, under its name with the time and `~` added.',
  },
  validate: VALIDATE,
  mode: MODE,
  ...OWNERSHIP,
} as const;

/** What they register. */
export const FIELDS = {
  path: { type: 'string', description: 'The file.' },
  backup_file: {
    type: 'string',
    description: 'The file that was kept; only with `backup`, and if there was one.',
  },
} as const;

/** Where the file is and how it is replaced. */
export function placingOf(params: {
  readonly path: string;
  readonly backup: boolean;
  readonly validate?: string;
  readonly mode?: string;
  readonly owner?: string | number;
  readonly group?: string | number;
}): Placing | Refusal {
  const validate = readValidate(params.validate);
  if (validate !== null && isRefusal(validate)) return validate;
  return {
    dest: tidy(params.path),
    into: undefined,
    follow: true,
    force: true,
    declared: declared(params),
    validate,
    backup: params.backup,
  };
}
