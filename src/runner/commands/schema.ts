import type { ParamSchema } from '../contract/schema.ts';
import type { TaskType } from '../contract/task-type.ts';
import { CONNECTION_VARIABLES } from '../language/connection-variables.ts';
import { CONSTANT, KEYWORD_SCHEMAS, TEMPLATED } from '../language/keyword-schemas.ts';
import { KEYS, type Place, STRUCTURE } from '../language/keywords.ts';
import { TOP } from '../language/role-inputs.ts';
import { INPUT_WORDS } from '../language/role-schema.ts';
import { taskTypes } from '../tasks/index.generated.ts';
import { forEditor } from './schema-params.ts';

const DRAFT = 'http://json-schema.org/draft-07/schema#';
const SCHEMAS = { playbook, inventory, role } as const;
export type SchemaKind = keyof typeof SCHEMAS;

/** `mama-play schema [KIND]`: a JSON Schema (draft-07) for editors. It knows no variables: lint knows more. */
export function schemaOf(kind: SchemaKind): object {
  return { $schema: DRAFT, title: `mama-play: ${kind}`, ...SCHEMAS[kind]() };
}

/** `mama-play schema [KIND]` as it is printed; null: all of them, by name. */
export function printSchema(kind: SchemaKind | null): string {
  const all = () =>
    Object.fromEntries((Object.keys(SCHEMAS) as SchemaKind[]).map((one) => [one, schemaOf(one)]));
  return `${JSON.stringify(kind ? schemaOf(kind) : all(), null, 2)}\n`;
}

function playbook(): object {
  const play = {
    ...closed(keywords('play')),
    required: ['hosts'],
  };
  const imported = { ...closed(keywords('import_playbook')), required: ['import_playbook'] };
  return {
    type: 'array',
    items: given({ required: ['import_playbook'] }, imported, play),
    definitions: {
      tasks: listOf('task'),
      handlers: listOf('handler'),
      task: taskSchema('task'),
      handler: taskSchema('handler'),
      roleUse: {
        anyOf: [
          keyword('role'),
          {
            type: 'object',
            properties: keywords('role'),
            anyOf: [{ required: ['role'] }, { required: ['name'] }],
          },
        ],
      },
      ...Object.fromEntries([...taskTypes].map(([name, type]) => [`type_${name}`, paramsOf(type)])),
    },
  };
}

const LISTS: Readonly<Record<string, object>> = {
  roles: { type: ['array', 'null'], items: { $ref: '#/definitions/roleUse' } },
  handlers: { $ref: '#/definitions/handlers' },
  ...Object.fromEntries(
    ['pre_tasks', 'tasks', 'post_tasks', 'block', 'rescue', 'always'].map((name) => [
      name,
      { $ref: '#/definitions/tasks' },
    ]),
  ),
};

function listOf(what: 'task' | 'handler'): object {
  return { type: ['array', 'null'], items: { $ref: `#/definitions/${what}` } };
}

function keywords(place: Place): Record<string, object> {
  return Object.fromEntries(KEYS[place].map((name) => [name, keyword(name)]));
}

function keyword(name: string): object {
  const schema = KEYWORD_SCHEMAS[name]!;
  return LISTS[name] ? { description: schema.description, allOf: [LISTS[name]] } : schema;
}

/** `if` and `then` of JSON Schema. */
function given(test: object, consequence: object, otherwise?: object): object {
  const then = 'then';
  return { if: test, [then]: consequence, ...(otherwise ? { else: otherwise } : {}) };
}

function closed(properties: Record<string, object>): object {
  return { type: 'object', properties, additionalProperties: false };
}

/** A task, or what stands in place of one: which keys go with which is said by what it is. */
function taskSchema(place: 'task' | 'handler'): object {
  const types = [...taskTypes.keys()];
  const places = STRUCTURE.map((key) => [key, structurePlace(key)] as const);
  const names = new Set([...KEYS[place], ...places.flatMap(([key, at]) => [key, ...KEYS[at]])]);
  const properties = Object.fromEntries([
    ...[...names].map((name) => [name, keyword(name)]),
    // By its name a handler is known before a host is.
    ...(place === 'handler' ? [['name', { ...keyword('name'), ...CONSTANT }]] : []),
    ...types.map((name) => [name, { $ref: `#/definitions/type_${name}` }]),
  ]);
  const ofTypes = types.map((name) => ({ required: [name] }));
  const only = (keys: readonly string[]) => ({ propertyNames: { enum: [...new Set(keys)] } });
  return {
    ...closed(properties),
    allOf: [
      { anyOf: [...STRUCTURE, ...types].map((name) => ({ required: [name] })) },
      ...places.map(([key, at]) => given({ required: [key] }, only([key, ...KEYS[at]]))),
      given({ anyOf: ofTypes }, { oneOf: ofTypes, ...only([...KEYS[place], ...types]) }),
    ],
  };
}

function structurePlace(key: (typeof STRUCTURE)[number]): Place {
  if (key === 'block' || key === 'meta') return key;
  return key.startsWith('include') ? 'include' : 'import';
}

function paramsOf(type: TaskType): object {
  const object = forEditor(type.schema);
  const text = type.short ? { type: ['string', 'number'] } : TEMPLATED;
  const isOptional = (type.schema.required ?? []).length + (type.schema.exactlyOne ?? []).length === 0;
  const { description } = type.schema;
  return { description, anyOf: [object, text, ...(isOptional ? [{ type: 'null' }] : [])] };
}

function inventory(): object {
  const names = Object.values(CONNECTION_VARIABLES).flat();
  const vars = { type: ['object', 'null'], properties: Object.fromEntries(names.map((name) => [name, {}])) };
  const group = {
    ...closed({
      hosts: { type: ['object', 'null'], additionalProperties: { $ref: '#/definitions/vars' } },
      children: { type: ['object', 'null'], additionalProperties: { $ref: '#/definitions/group' } },
      vars: { $ref: '#/definitions/vars' },
    }),
    type: ['object', 'null'],
  };
  const definitions = { group, vars };
  return { type: 'object', additionalProperties: { $ref: '#/definitions/group' }, definitions };
}

function role(): object {
  const sub = { $ref: '#/definitions/input' };
  const many = { type: 'object', additionalProperties: sub };
  const nested: Readonly<Partial<Record<keyof ParamSchema, object>>> = {
    properties: many,
    items: sub,
    anyOf: { type: 'array', items: sub },
    additionalProperties: { anyOf: [{ type: 'boolean' }, sub] },
    secret: { type: 'boolean', description: 'The value is never shown.' },
  };
  const input = {
    allOf: [{ $ref: DRAFT }],
    type: 'object',
    properties: Object.fromEntries(
      INPUT_WORDS.map((name) => [name, nested[name as keyof ParamSchema] ?? {}]),
    ),
    additionalProperties: false,
  };
  const top = {
    properties: many,
    type: { const: 'object' },
    required: { type: 'array', items: { type: 'string' } },
  };
  const properties = Object.fromEntries(TOP.map((name) => [name, top[name as keyof typeof top] ?? {}]));
  return { ...closed(properties), definitions: { input } };
}
