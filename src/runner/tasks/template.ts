import { isRefusal, type Local, type Refusal, stateTask } from '../contract/task-type.ts';
import { declared, MODE, OWNERSHIP } from './lib/files/attributes.ts';
import { contentOf } from './lib/files/content.ts';
import { baseName, PATH_PATTERN } from './lib/files/paths.ts';
import { type Placed, placing } from './lib/files/placed.ts';
import { filePlace, treeAt, treeRoot, unfitForTree, withoutSlash } from './lib/files/source.ts';
import { type TreeFile, treeItems } from './lib/files/tree-desired.ts';
import { readValidate, VALIDATE } from './lib/files/validate.ts';

export default stateTask({
  name: 'template',
  schema: {
    type: 'object',
    description: 'Renders a Handlebars template, or a directory of them, into its place on the host.',
    properties: {
      src: {
        type: 'string',
        minLength: 1,
        source: 'templates',
        description:
          'A template or a directory of templates of the project, looked for in `templates/`; `dir/` means what is in it, `dir` the directory itself.',
      },
      dest: {
        type: 'string',
        pattern: PATH_PATTERN,
        description:
          'Absolute path on the host; a directory if it ends in `/`, is one, or the source is one.',
      },
      mode: MODE,
      directory_mode: { ...MODE, description: 'Permissions of the directories that a tree makes.' },
      ...OWNERSHIP,
      delete: {
        type: 'boolean',
        default: false,
        description: 'What the host has and the directory of templates has not is removed.',
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
    },
    required: ['src', 'dest'],
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
    const { src, dest, force, follow, backup } = params;
    const validate = readValidate(params.validate);
    if (validate !== null && isRefusal(validate)) return validate;
    const owned = declared(params);
    const tree = treeAt(local, src, 'templates');
    if (tree === null) {
      const text = local.render(src);
      if (typeof text !== 'string') return text;
      const place = filePlace(withoutSuffix(baseName(src)), dest);
      return {
        kind: 'file',
        ...place,
        content: contentOf(text),
        declared: owned,
        validate,
        backup,
        force,
        follow,
      };
    }
    if (isRefusal(tree)) return tree;
    const unfit = unfitForTree({ validate: params.validate, backup });
    if (unfit) return unfit;
    const items = treeItems(tree, ({ path }) => rendered(path, `${withoutSlash(src)}/${path}`, local));
    if (isRefusal(items)) return items;
    const directoryMode = params.directory_mode;
    return {
      kind: 'tree',
      root: treeRoot(src, dest),
      items,
      declared: owned,
      directoryMode,
      remove: params.delete,
      force,
    };
  },
  ...placing,
});

function rendered(path: string, src: string, local: Local): TreeFile | Refusal {
  const text = local.render(src);
  return typeof text === 'string'
    ? { kind: 'file', path: withoutSuffix(path), content: contentOf(text) }
    : text;
}

function withoutSuffix(name: string): string {
  return name.replace(/(?<=[^/])\.hbs$/, '');
}
