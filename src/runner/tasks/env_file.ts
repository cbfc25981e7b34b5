import type { Delta } from '../contract/delta.ts';
import type { Infer } from '../contract/schema.ts';
import { isRefusal, isUnknown, type Local, type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { variableChanges } from './lib/env-file/changes.ts';
import { faultsOf, missing, unknownSecrets } from './lib/env-file/faults.ts';
import { type Line, readLines, variablesOf, withVariables, writeLines } from './lib/env-file/lines.ts';
import { declared, MODE, OWNERSHIP } from './lib/files/attributes.ts';
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
import { writesTo } from './lib/files/predicted.ts';
import { inWorld } from './lib/files/world.ts';

const schema = {
  type: 'object',
  description: 'Writes a file of variables as `docker run --env-file` reads it.',
  additionalProperties: false,
  required: ['dest'],
  properties: {
    dest: {
      type: 'string',
      pattern: PATH_PATTERN,
      aliases: ['path'],
      description: 'Absolute path of the file on the host.',
    },
    src: {
      type: 'string',
      minLength: 1,
      source: 'templates',
      description: 'A template of the file, looked for in `templates/`; its comments are kept.',
    },
    variables: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      description:
        'Variables by name, in the order of the file; with `src`, in place of those of the same name, and after the others.',
    },
    required: {
      type: ['array', 'boolean'],
      items: { type: 'string' },
      default: [],
      description:
        'Names of variables that must be declared and not be empty; true: no variable may be empty.',
    },
    secret: {
      type: ['array', 'boolean'],
      items: { type: 'string' },
      default: [],
      description: 'Names of variables whose values are never shown; true: none is.',
    },
    mode: { ...MODE, default: '0600', description: 'Permissions, as quoted octal digits or symbolic.' },
    ...OWNERSHIP,
  },
} as const;

type Params = Infer<typeof schema>;

interface Desired {
  readonly file: PlacedFile;
  readonly text: string;
  /** Names of variables whose values are never shown; `all`: of every one. */
  readonly secret: readonly string[] | 'all';
}

export default stateTask({
  name: 'env_file',
  schema,
  fields: { dest: { type: 'string', description: 'The file.' } },

  desire(params, local): Desired | Refusal {
    const lines = declaredLines(params, local);
    if (isRefusal(lines)) return lines;
    const { required, secret } = params;
    const dest = tidy(params.dest);
    const faults = [
      ...faultsOf(lines),
      ...missing(lines, namesOf(required, lines)),
      ...unknownSecrets(lines, namesOf(secret, lines)),
    ];
    if (faults.length > 0) {
      const hint = faults.find((fault) => fault.hint)?.hint;
      return refuse(`${dest}: ${faults.map(({ what }) => what).join('; ')}`, hint);
    }
    const text = writeLines(lines);
    return {
      text,
      secret: secret === true ? 'all' : namesOf(secret, lines),
      file: {
        kind: 'file',
        dest,
        into: undefined,
        follow: false,
        force: true,
        content: contentOf(text),
        declared: declared(params),
        validate: null,
        backup: false,
      },
    };
  },

  probe: ({ file }) => probeFile(file),
  read: (reply, { file }) => readPath(reply, questionOf(file)),

  decide(current, desired, world) {
    const delta = decideFile(current, desired.file, world);
    if (delta === null || isRefusal(delta) || isUnknown(delta) || !('content' in delta)) return delta;
    const { content: _, ...others } = delta;
    const facts = inWorld(current, world, desired.file.follow);
    return isUnknown(facts) ? facts : { ...others, ...written(facts, desired) };
  },

  apply(delta, { file }, current) {
    const rewritten = Object.keys(delta).some((field) => !ATTRIBUTES.has(field));
    const content = { from: null, to: null };
    return applyFile(rewritten ? { ...delta, content } : delta, file, current);
  },

  explain: (reply, { file }) => explainChange(file.dest, reply),
  result: ({ file }) => ({ dest: file.dest }),
  predict: (delta, { file }, current, world) => predictFile(delta, file, current, world),
  looksAt: ({ file }, current) => looksAtFile(file, current),
  mayAlter: (desired, current) => writesTo(desired?.file.dest, current),
  touches: ({ file }, current) => touchesFile(file, current),
});

const ATTRIBUTES = new Set(['mode', 'owner', 'group']);

function declaredLines({ src, variables }: Params, local: Local): Line[] | Refusal {
  if (src === undefined && variables === undefined) {
    return refuse('an env_file needs variables', 'declare `variables`, or a template with `src`');
  }
  const text = src === undefined ? '' : local.render(src);
  if (typeof text !== 'string') return text;
  const texts = Object.entries(variables ?? {}).map(([name, value]) => [name, String(value)] as const);
  return withVariables(readLines(text), Object.fromEntries(texts));
}

function namesOf(names: readonly string[] | boolean, lines: readonly Line[]): readonly string[] {
  if (typeof names !== 'boolean') return names;
  return names ? [...variablesOf(lines).keys()] : [];
}

/** The file as it is may be too large to be told, or not be known in a dry run. */
function written({ kind, content }: PathFacts, { text, secret }: Desired): Delta {
  const now = kind === 'file' ? content && asText(content) : '';
  if (now === null) return { content: { from: 'another content', to: 'as declared' } };
  return variableChanges(now, text, (name) => secret === 'all' || secret.includes(name));
}
