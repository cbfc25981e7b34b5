import type { Json } from '../contract/json.ts';
import { isObject } from '../contract/json.ts';
import type { ParamSchema } from '../contract/schema.ts';
import type { Layer, Play, Variable } from '../language/model.ts';
import { constantTemplate } from '../language/template.ts';
import { rolesOf } from './inputs.ts';

/**
 * `-e k=v` is text on the command line; where a role of the run declares another type for the name and the text reads
 * as one, it becomes that. What nobody declares stays text.
 */
export function typedExtra(extra: Layer, plays: readonly Play[]): Layer {
  const declared = new Map<string, ParamSchema>();
  for (const play of plays) {
    for (const { role } of rolesOf([...play.nodes, ...play.handlers])) {
      for (const input of role.inputs.values())
        if (!declared.has(input.name)) declared.set(input.name, input.schema);
    }
  }
  const variables = new Map(
    [...extra.variables].map(([name, variable]) => [name, typed(variable, declared.get(name))]),
  );
  return { ...extra, variables };
}

function typed(variable: Variable, schema: ParamSchema | undefined): Variable {
  const text = variable.value.constant;
  if (!schema || typeof text !== 'string' || variable.at.file !== '-e') return variable;
  const value = [schema.type ?? []]
    .flat()
    .map((type) => READ[type]?.(text))
    .find((read) => read !== undefined);
  return value === undefined ? variable : { ...variable, value: constantTemplate(value, variable.at) };
}

const READ: Readonly<Record<string, (text: string) => Json | undefined>> = {
  string: (text) => text,
  integer: (text) => (/^-?\d+$/.test(text) ? Number(text) : undefined),
  number: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  null: (text) => (text === 'null' ? null : undefined),
  array: (text) => (Array.isArray(parsed(text)) ? parsed(text) : undefined),
  object: (text) => (isObject(parsed(text)) ? parsed(text) : undefined),
};

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
