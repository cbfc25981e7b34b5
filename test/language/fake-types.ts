import type { ParamSchema, ParamsSchema } from '../../src/runner/contract/schema.ts';
import { sh } from '../../src/runner/contract/script.ts';
import type {
  ActionType,
  LocalType,
  QueryType,
  StateType,
  TaskType,
} from '../../src/runner/contract/task-type.ts';

const nothing = () => sh`true`;

function text(description: string, more: ParamSchema = {}): ParamSchema {
  return { type: 'string', description, ...more };
}

function schema(properties: Record<string, ParamSchema>, required: readonly string[]): ParamsSchema {
  return { type: 'object', description: 'For tests.', properties, required, additionalProperties: false };
}

function state(name: string, declared: ParamsSchema): StateType {
  return {
    kind: 'state',
    name,
    schema: declared,
    desire: (params) => params,
    probe: nothing,
    read: () => ({}),
    decide: () => null,
    apply: nothing,
  };
}

const file = state(
  'file',
  schema(
    {
      path: text('Where.', { aliases: ['dest', 'name'] }),
      state: text('What it is.', { enum: ['directory', 'touch', 'absent'] }),
      mode: text('Permission bits.'),
    },
    ['path'],
  ),
);

const copy = state(
  'copy',
  schema({ src: text('The file.', { source: 'files' }), dest: text('To.') }, ['src', 'dest']),
);

const template = state(
  'template',
  schema({ src: text('The template.', { source: 'templates' }), dest: text('To.') }, ['src', 'dest']),
);

const command: ActionType = {
  kind: 'action',
  name: 'command',
  schema: schema({ cmd: text('The command.'), creates: text('Not needed if this exists.') }, ['cmd']),
  short: 'cmd',
  desire: (params) => params,
  perform: nothing,
  read: () => ({ changed: true, result: {} }),
};

const stat: QueryType = {
  kind: 'query',
  name: 'stat',
  schema: schema({ path: text('Which.') }, ['path']),
  desire: (params) => params,
  probe: nothing,
  read: () => ({ result: {} }),
};

const debug: LocalType = {
  kind: 'local',
  name: 'debug',
  schema: schema({ msg: text('The text.') }, []),
  short: 'msg',
  evaluate: () => ({ result: {} }),
};

/** Task types as the language sees them: they would do nothing on a host. */
export const FAKE_TYPES: ReadonlyMap<string, TaskType> = new Map(
  [file, copy, template, command, stat, debug].map((type) => [type.name, type]),
);
