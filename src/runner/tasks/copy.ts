import {
  isRefusal,
  type Local,
  type LocalFile,
  type Refusal,
  refuse,
  stateTask,
} from '../contract/task-type.ts';
import { type Declared, declared, MODE, OWNERSHIP } from './lib/files/attributes.ts';
import { contentOf } from './lib/files/content.ts';
import { formatMode, MODE_PATTERN } from './lib/files/mode.ts';
import { baseName, PATH_PATTERN, tidy } from './lib/files/paths.ts';
import { type Placed, placing } from './lib/files/placed.ts';
import { filePlace, treeAt, treeRoot, unfitForTree } from './lib/files/source.ts';
import { treeItems } from './lib/files/tree-desired.ts';
import { readValidate, VALIDATE } from './lib/files/validate.ts';

const PRESERVE = 'preserve';

export default stateTask({
  name: 'copy',
  schema: {
    type: 'object',
    description: 'Puts a file, a text or a whole directory from the controller in its place on the host.',
    properties: {
      src: {
        type: 'string',
        minLength: 1,
        source: 'files',
        sourceUnless: 'remote_src',
        description:
          'A file or directory of the project, looked for in `files/`; `dir/` means what is in it, `dir` the directory itself. With `remote_src`, a file on the host.',
      },
      content: { type: 'string', description: 'The text that the file is to hold, instead of `src`.' },
      dest: {
        type: 'string',
        pattern: PATH_PATTERN,
        description:
          'Absolute path on the host; a directory if it ends in `/`, is one, or the source is one.',
      },
      mode: {
        ...MODE,
        pattern: `${MODE_PATTERN}|^${PRESERVE}$`,
        description: 'Permissions of files, quoted octal or symbolic; `preserve` takes those of the source.',
      },
      directory_mode: { ...MODE, description: 'Permissions of the directories that a tree makes.' },
      ...OWNERSHIP,
      delete: {
        type: 'boolean',
        default: false,
        description: 'What the host has and the source directory has not is removed.',
      },
      force: {
        type: 'boolean',
        default: true,
        description: 'False: a file that is already there is left alone.',
      },
      follow: {
        type: 'boolean',
        default: false,
        description:
          'Where `dest` is a symbolic link, write to what it leads to instead of replacing the link.',
      },
      backup: {
        type: 'boolean',
        default: false,
        description: 'Keep the file that is replaced, under its name with the time and `~` added.',
      },
      validate: VALIDATE,
      remote_src: { type: 'boolean', default: false, description: '`src` is a file on the host.' },
    },
    required: ['dest'],
    exactlyOne: [['src', 'content']],
    additionalProperties: false,
  },
  fields: {
    dest: { type: 'string', description: 'Where it is now.' },
    backup_file: {
      type: 'string',
      description: 'The file that was kept; only with `backup`, and if there was one.',
    },
  },

  desire(params, local): Placed | Refusal {
    const { src, content, dest, force, follow, backup, directory_mode: directoryMode } = params;
    const validate = readValidate(params.validate);
    if (validate !== null && isRefusal(validate)) return validate;
    const how = { validate, backup, force, follow };
    const owned = declared(params);
    if (src === undefined) {
      if (dest.endsWith('/'))
        return refuse(`${dest} names a directory, and a content has no name`, 'name the file');
      const mode = withMode(owned, null);
      return {
        kind: 'file',
        dest: tidy(dest),
        into: undefined,
        content: contentOf(content ?? ''),
        declared: mode,
        ...how,
      };
    }
    if (params.remote_src) return remote(src, dest, owned, how);
    const tree = treeAt(local, src, 'files');
    if (tree === null) return single(src, dest, owned, how, local);
    if (isRefusal(tree)) return tree;
    const unfit = unfitForTree({ validate: params.validate, backup });
    if (unfit) return unfit;
    const items = treeItems(tree, ({ path, file }) => ({
      kind: 'file',
      path,
      content: file,
      ...ownMode(owned, file),
    }));
    if (isRefusal(items)) return items;
    const root = treeRoot(src, dest);
    return {
      kind: 'tree',
      root,
      items,
      declared: withMode(owned, null),
      directoryMode,
      remove: params.delete,
      force,
    };
  },
  ...placing,
});

type How = Pick<Extract<Placed, { kind: 'file' }>, 'validate' | 'backup' | 'force' | 'follow'>;

function single(src: string, dest: string, owned: Declared, how: How, local: Local): Placed | Refusal {
  const file = local.file(src);
  if (isRefusal(file)) return file;
  const place = filePlace(baseName(src), dest);
  return { kind: 'file', ...place, content: file, declared: withMode(owned, file), ...how };
}

function remote(src: string, dest: string, owned: Declared, how: How): Placed | Refusal {
  if (!new RegExp(PATH_PATTERN).test(src)) return refuse(`${src} is no absolute path on the host`);
  if (owned.mode === PRESERVE) return refuse('`mode: preserve` keeps the mode of a file of the controller');
  return { kind: 'remote', src: tidy(src), ...filePlace(baseName(src), dest), declared: owned, ...how };
}

/** `preserve` made definite. */
function withMode(owned: Declared, file: LocalFile | null): Declared {
  const { mode, ...rest } = owned;
  if (mode !== PRESERVE) return owned;
  return file ? { ...rest, mode: formatMode(file.mode) } : rest;
}

function ownMode(owned: Declared, file: LocalFile): { mode?: string } {
  return owned.mode === PRESERVE ? { mode: formatMode(file.mode) } : {};
}
