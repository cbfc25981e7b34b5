import { Ajv, type ErrorObject } from 'ajv';
import { isObject, type Json, type JsonObject } from '../../../src/runner/contract/json.ts';
import { OUR_KEYWORDS } from '../../../src/runner/contract/schema.ts';
import type { TaskType } from '../../../src/runner/contract/task-type.ts';

export interface Validated {
  /** Aliases replaced by their names, defaults filled in. */
  readonly params: JsonObject;
  /** One line each; empty when all is well. Verdicts on texts that hold `{{` are not given. */
  readonly faults: readonly string[];
}

/** A task's parameters as the engine hands them to `desire`. A bare text is taken as the type's `short` parameter. */
export function validateParams(type: TaskType, given: Json | undefined): Validated {
  const params: Record<string, Json> = structuredClone(unfold(type, given)) as Record<string, Json>;
  const faults = [...renameAliases(type, params), ...countExclusive(type, params)];
  const validate = validator(type);
  if (!validate(params)) {
    for (const error of validate.errors ?? []) {
      if (!holdsTemplate(at(params, error.instancePath))) faults.push(`${type.name}${say(error)}`);
    }
  }
  return { params, faults };
}

function unfold(type: TaskType, given: Json | undefined): JsonObject {
  if (isObject(given)) return given;
  if (given === null || given === undefined) return {};
  return type.short ? { [type.short]: given } : { '': given };
}

function renameAliases(type: TaskType, params: Record<string, Json>): string[] {
  const faults: string[] = [];
  for (const [name, schema] of Object.entries(type.schema.properties)) {
    for (const alias of schema.aliases ?? []) {
      const value = params[alias];
      if (value === undefined) continue;
      if (name in params) faults.push(`${alias} and ${name} are the same parameter`);
      params[name] = value;
      delete params[alias];
    }
  }
  return faults;
}

function countExclusive(type: TaskType, params: JsonObject): string[] {
  return (type.schema.exactlyOne ?? [])
    .filter((names) => names.filter((name) => name in params).length !== 1)
    .map((names) => `exactly one of ${names.join(', ')} must be given`);
}

const validators = new Map<TaskType, ReturnType<Ajv['compile']>>();

function validator(type: TaskType) {
  const known = validators.get(type);
  if (known) return known;
  const ajv = new Ajv({ useDefaults: true, allErrors: true, strict: true, allowUnionTypes: true });
  for (const keyword of OUR_KEYWORDS) ajv.addKeyword(keyword);
  const compiled = ajv.compile(withoutCel(type.schema));
  validators.set(type, compiled);
  return compiled;
}

/** A CEL parameter may be given as text (an example) or evaluated (a trial): its type is not the harness's matter. */
function withoutCel(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema), (_, value) => (value?.cel === true ? {} : value));
}

function at(params: Json, pointer: string): Json | undefined {
  return pointer
    .split('/')
    .slice(1)
    .reduce<Json | undefined>(
      (node, key) =>
        (node as Record<string, Json> | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')],
      params,
    );
}

function holdsTemplate(value: Json | undefined): boolean {
  return typeof value === 'string' && value.includes('{{');
}

function say(error: ErrorObject): string {
  const extra = error.params['additionalProperty'];
  return `${error.instancePath} ${error.message ?? ''}${extra ? `: ${extra}` : ''}`;
}
