import { OUR_KEYWORDS, type ParamSchema } from '../contract/schema.ts';
import { TEMPLATED } from '../language/keyword-schemas.ts';

/**
 * A declaration of ours as a plain JSON Schema for what is written: our own words resolved, a variable in place of a
 * value, other names for parameters.
 */
export function forEditor(schema: ParamSchema): object {
  const { description } = schema;
  if (schema.cel) return { ...(description ? { description } : {}), ...cel(schema) };
  const plain: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema).filter(([word]) => !(OUR_KEYWORDS as readonly string[]).includes(word)),
  );
  if (schema.properties) Object.assign(plain, withOtherNames(schema));
  if (schema.items) plain['items'] = forEditor(schema.items);
  if (schema.anyOf) plain['anyOf'] = schema.anyOf.map((one) => forEditor(one));
  if (typeof schema.additionalProperties === 'object')
    plain['additionalProperties'] = forEditor(schema.additionalProperties);
  const types = [schema.type ?? []].flat();
  delete plain['description'];
  const open = types.length === 0 && !schema.enum && !schema.anyOf;
  const told = description ? { description } : {};
  return open ? { ...told, ...plain } : { ...told, anyOf: [plain, TEMPLATED] };
}

/** An expression, or a list of them. */
function cel({ items }: ParamSchema): object {
  const one = { type: ['string', 'boolean', 'number'] };
  return items ? { anyOf: [one, { type: 'array', items: one }] } : one;
}

function withOtherNames({ properties = {}, required = [], ...rest }: ParamSchema): object {
  const { exactlyOne = [] } = rest as { exactlyOne?: readonly (readonly string[])[] };
  const named = Object.entries(properties).flatMap(([name, schema]) =>
    [name, ...(schema.aliases ?? [])].map((one) => [one, forEditor(schema)] as const),
  );
  const anyName = (name: string) => {
    const names = [name, ...(properties[name]?.aliases ?? [])].map((one) => ({ required: [one] }));
    return names.length === 1 ? names[0]! : { anyOf: names };
  };
  const rules = [...required.map(anyName), ...exactlyOne.map((names) => ({ oneOf: names.map(anyName) }))];
  return {
    properties: Object.fromEntries(named),
    required: [],
    ...(rules.length > 0 ? { allOf: rules } : {}),
  };
}
