import type { LocalFile } from '../../../contract/task-type.ts';
import type { Declared } from '../files/attributes.ts';
import type { Format } from './format.ts';

export interface Unarchived {
  /** On the controller; null: `src` is a path on the host. */
  readonly file: LocalFile | null;
  readonly src: string;
  /** The archive's own name. */
  readonly name: string;
  readonly format: Format;
  readonly dest: string;
  readonly creates: string | null;
  readonly declared: Declared;
}
