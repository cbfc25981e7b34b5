import type { Delta } from '../contract/delta.ts';
import { isObject } from '../contract/json.ts';
import { lines, type Script, sh } from '../contract/script.ts';
import {
  type Apply,
  isRefusal,
  isUnknown,
  MOVED,
  type Refusal,
  stateTask,
  type World,
} from '../contract/task-type.ts';
import { type Declared, declared, MODE, OWNERSHIP } from './lib/files/attributes.ts';
import { asText, contentOf } from './lib/files/content.ts';
import { explainChange } from './lib/files/explain.ts';
import type { PathFacts } from './lib/files/facts.ts';
import { readPath } from './lib/files/path-read.ts';
import { PATH_PATTERN, tidy } from './lib/files/paths.ts';
import {
  applyFile,
  decideFile,
  looksAtFile,
  type PlacedFile,
  predictFile,
  probeFile,
  questionOf,
  touchesFile,
} from './lib/files/place-file.ts';
import { predictions, writesTo } from './lib/files/predicted.ts';
import { inWorld } from './lib/files/world.ts';
import { intoDirectory, mustBeUnmoved } from './lib/files/write-file.ts';
import { programChanges } from './lib/supervisor-delta.ts';
import { iniText, type Options } from './lib/supervisor-ini.ts';
import { PROGRAM_PARAMETERS, type ProgramParameters, programOptions } from './lib/supervisor-program.ts';

interface Desired {
  readonly name: string;
  readonly path: string;
  readonly section: string;
  /** null: the program is to be absent. */
  readonly options: Options | null;
  readonly declared: Declared;
}

/** A program of supervisord, as a configuration file of its own. */
export default stateTask({
  name: 'supervisord_program',
  schema: {
    type: 'object',
    description:
      'Declares a program of supervisord in a configuration file of its own. A supervisord_reload brings it into effect.',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: {
        type: 'string',
        pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@+-]*$',
        description: "The program's name, and that of its file: letters, digits, `_`, `.`, `@`, `+` and `-`.",
      },
      state: {
        enum: ['present', 'absent'],
        default: 'present',
        description: 'absent: the file is removed.',
      },
      ...PROGRAM_PARAMETERS,
      dest: {
        type: 'string',
        pattern: PATH_PATTERN,
        default: '/etc/supervisor/conf.d',
        description: 'The directory that supervisord reads such files from.',
      },
      mode: {
        ...MODE,
        description: "The file's permissions; 0600 with an environment, which may hold secrets, else 0644.",
      },
      ...OWNERSHIP,
    },
  } as const,
  fields: {
    path: { type: 'string', description: 'The configuration file.' },
  },

  desire(params): Desired | Refusal {
    const { name, state } = params;
    const options = state === 'absent' ? null : programOptions(params as ProgramParameters);
    if (isRefusal(options)) return options;
    const mode = params.mode ?? (options && 'environment' in options ? '0600' : '0644');
    return {
      name,
      path: tidy(`${params.dest}/${name}.conf`),
      section: `program:${name}`,
      options,
      declared: declared({ ...params, mode }),
    };
  },

  probe: (desired) => probeFile(fileOf(desired)),
  read: (reply, desired) => readPath(reply, questionOf(fileOf(desired))),

  decide(current, desired, world) {
    if (desired.options === null) return decideAbsence(current, world);
    const delta = decideFile(current, fileOf(desired), world);
    if (delta === null || isRefusal(delta) || isUnknown(delta) || !('content' in delta)) return delta;
    const { content: _, ...others } = delta;
    const now = current.content && asText(current.content);
    return { ...others, ...programChanges(now ?? '', desired.section, desired.options) };
  },

  apply(delta, desired, current): Script | Apply {
    if (desired.options === null) return remove(current);
    const rewritten = Object.keys(delta).some((field) => !ATTRIBUTES.has(field));
    const content = { from: null, to: null };
    return applyFile(rewritten ? { ...delta, content } : delta, fileOf(desired), current);
  },

  explain: (reply, desired) => explainChange(desired.path, reply),
  result: (desired) => ({ path: desired.path }),

  predict(delta, desired, current, world) {
    const file =
      desired.options === null
        ? predictions(current, world, { kind: 'absent' })
        : predictFile(delta, fileOf(desired), current, world);
    if (!file) return null;
    const state = desired.options === null ? 'absent' : 'present';
    const before = world.predicted('program:*');
    const names = isObject(before) && Array.isArray(before['names']) ? before['names'] : [];
    return {
      ...file,
      [`program:${desired.name}`]: { state, path: desired.path },
      // Those that would not be as supervisord knows them.
      'program:*': { names: [...names, desired.name] },
    };
  },

  looksAt: (desired, current) => looksAtFile(fileOf(desired), current),
  mayAlter: (desired, current) => [
    ...writesTo(desired?.path, current),
    desired ? `program:${desired.name}` : 'program:',
  ],
  touches: (desired, current) => touchesFile(fileOf(desired), current),
});

const ATTRIBUTES = new Set(['mode', 'owner', 'group']);

function fileOf(desired: Desired): PlacedFile {
  const { path, section, options, declared } = desired;
  return {
    kind: 'file',
    dest: path,
    into: undefined,
    follow: false,
    force: true,
    content: contentOf(iniText(section, options ?? {})),
    declared,
    validate: null,
    backup: false,
  };
}

function decideAbsence(facts: PathFacts, world: World): Delta | null | Refusal {
  const now = inWorld(facts, world, false);
  if (isUnknown(now) || now.kind === 'absent') return null;
  if (now.kind === 'directory') return { refusal: `${now.path} is a directory: it is left alone` };
  return { state: { from: 'present', to: 'absent' } };
}

function remove(facts: PathFacts): Script {
  return lines(
    intoDirectory(facts.path),
    facts.kind === 'file' ? mustBeUnmoved(facts) : sh`[ -L "$b" ] || exit ${MOVED}`,
    sh`rm -f "$b"`,
  );
}
