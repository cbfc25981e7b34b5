import type { JsonObject } from '../../../contract/json.ts';
import type { ParamSchema } from '../../../contract/schema.ts';
import { formatMode } from './mode.ts';

/** For stat(1): all that `stat` registers and that is not told by shell tests. */
export const STAT_ALL = '%f:%u:%g:%s:%h:%i:%d:%X:%Y:%Z:%U:%G';

const integer = (description: string): ParamSchema => ({ type: 'integer', description });
const boolean = (description: string): ParamSchema => ({ type: 'boolean', description });
const text = (description: string): ParamSchema => ({ type: 'string', description });

/** What `stat.…` holds; all but `exists` only where something is there. */
export const STAT_PROPERTIES: { readonly [field: string]: ParamSchema } = {
  exists: boolean('Something is there.'),
  path: text('The path.'),
  isreg: boolean('It is a file.'),
  isdir: boolean('It is a directory.'),
  islnk: boolean('It is a symbolic link.'),
  isblk: boolean('It is a block device.'),
  ischr: boolean('It is a character device.'),
  isfifo: boolean('It is a named pipe.'),
  issock: boolean('It is a socket.'),
  mode: text('Four octal digits.'),
  size: integer('Bytes.'),
  uid: integer('Its owner.'),
  gid: integer('Its group.'),
  owner: text('The name of its owner; `UNKNOWN` where the number has none.'),
  group: text('The name of its group; `UNKNOWN` where the number has none.'),
  pw_name: text('The same as owner.'),
  gr_name: text('The same as group.'),
  nlink: integer('How many names it has.'),
  inode: integer('Its inode.'),
  dev: integer('The device that it is on.'),
  atime: integer('Last read, seconds since 1970.'),
  mtime: integer('Last written, seconds since 1970.'),
  ctime: integer('Last changed in any way, seconds since 1970.'),
  readable: boolean('The user of the task may read it.'),
  writeable: boolean('The user of the task may write it.'),
  executable: boolean('The user of the task may run it, or enter it.'),
  checksum: text('The hash of a file that may be read, in hex.'),
  lnk_target: text('What a symbolic link says.'),
  lnk_source: text('Where a symbolic link leads to in the end.'),
};

const FORMATS: readonly (readonly [string, number])[] = [
  ['isreg', 0o100000],
  ['isdir', 0o040000],
  ['islnk', 0o120000],
  ['isblk', 0o060000],
  ['ischr', 0o020000],
  ['isfifo', 0o010000],
  ['issock', 0o140000],
];

/** The fields in a line of `STAT_ALL`. */
export function statFields(line: string): JsonObject {
  const [raw = '', uid, gid, size, nlink, inode, dev, atime, mtime, ctime, owner = '', group = ''] =
    line.split(':');
  const bits = Number.parseInt(raw, 16);
  const numbers = { uid, gid, size, nlink, inode, dev, atime, mtime, ctime };
  return {
    exists: true,
    ...Object.fromEntries(FORMATS.map(([field, format]) => [field, (bits & 0o170000) === format])),
    mode: formatMode(bits & 0o7777),
    ...Object.fromEntries(Object.entries(numbers).map(([field, value]) => [field, Number(value)])),
    owner,
    group,
    pw_name: owner,
    gr_name: group,
  };
}
