import { isRefusal, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { applyArchive } from './lib/archive/change.ts';
import type { Unarchived } from './lib/archive/desired.ts';
import { ENDS, formatOf } from './lib/archive/format.ts';
import { decideArchive, probeArchive, readArchive } from './lib/archive/look.ts';
import { declared, MODE, OWNERSHIP } from './lib/files/attributes.ts';
import { explainChange } from './lib/files/explain.ts';
import { baseName, PATH_PATTERN, tidy } from './lib/files/paths.ts';

export default stateTask({
  name: 'unarchive',
  schema: {
    type: 'object',
    description: 'Unpacks an archive, and keeps what was unpacked as it is in there.',
    properties: {
      src: {
        type: 'string',
        minLength: 1,
        source: 'files',
        sourceUnless: 'remote_src',
        description:
          'The archive: a file of the project, looked for in `files/`; with `remote_src`, an absolute path on the host.',
      },
      dest: {
        type: 'string',
        pattern: PATH_PATTERN,
        description: 'An existing directory of the host, by its absolute path.',
      },
      remote_src: { type: 'boolean', default: false, description: '`src` is a file on the host.' },
      creates: {
        type: 'string',
        pattern: PATH_PATTERN,
        description: 'Where this path of the host exists, nothing is done and nothing compared.',
      },
      mode: {
        ...MODE,
        description:
          'Permissions of all that is unpacked, quoted octal or symbolic; directories may also be entered where they may be read. As in the archive unless given.',
      },
      ...OWNERSHIP,
    },
    required: ['src', 'dest'],
    additionalProperties: false,
  },
  fields: { dest: { type: 'string', description: 'The directory.' } },

  desire(params, local): Unarchived | Refusal {
    const { src, remote_src: remote, creates } = params;
    const name = baseName(src);
    const format = formatOf(name);
    if (format === null) {
      return refuse(
        `${src} bears no name of an archive that is known here`,
        `it ends in one of ${ENDS.join(' ')}`,
      );
    }
    if (remote && !new RegExp(PATH_PATTERN).test(src))
      return refuse(`${src} is no absolute path on the host`);
    const file = remote ? null : local.file(src);
    if (file !== null && isRefusal(file)) return file;
    return {
      file,
      src: remote ? tidy(src) : src,
      name,
      format,
      dest: tidy(params.dest),
      creates: creates === undefined ? null : tidy(creates),
      declared: declared(params),
    };
  },

  probe: probeArchive,
  read: readArchive,
  decide: decideArchive,
  apply: (_, desired, current) => applyArchive(desired, current),
  explain: (reply, { dest }) => explainChange(dest, reply),
  result: ({ dest }) => ({ dest }),
  looksAt: ({ file, src, dest, creates, declared: { owner, group } }, { lacks }) => [
    `tree:${dest}`,
    'link:',
    ...(file === null ? [`path:${src}`] : []),
    ...(creates === null ? [] : [`path:${creates}`]),
    ...(owner === undefined ? [] : [`user:${owner}`]),
    ...(group === undefined ? [] : [`group:${group}`]),
    ...(lacks.length > 0 ? ['package:'] : []),
  ],
  mayAlter: (desired) => [`path:${desired?.dest ?? ''}`, 'link:'],
  predict: (_, { dest }) => ({ [`path:${dest}`]: { kind: 'directory', contents: 'unknown' } }),
});
