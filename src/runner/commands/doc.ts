import type { ParamSchema } from '../contract/schema.ts';
import type { TaskType } from '../contract/task-type.ts';
import { didYouMean } from '../language/suggest.ts';
import { wrap } from '../report/text.ts';

/** Each task type: its name, and the first sentence of its description, broken where it is wider than `columns`. */
export function listTypes(types: ReadonlyMap<string, TaskType>, columns = Number.POSITIVE_INFINITY): string {
  const widest = Math.max(...[...types.keys()].map((name) => name.length));
  const lines = [...types.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((type) => {
      const told = wrap(firstSentence(type.schema.description), Math.max(20, columns - widest - 2));
      return told.map((line, index) => `${(index === 0 ? type.name : '').padEnd(widest)}  ${line}`);
    });
  return `${lines.join('\n')}\n`;
}

/** The page of a task type with its parameters from the schema; null and a hint where there is no such type. */
export function describeType(
  name: string,
  types: ReadonlyMap<string, TaskType>,
  page: string,
): { text: string } | { hint: string } {
  const type = types.get(name);
  if (!type) {
    const bare = name.slice(name.lastIndexOf('.') + 1);
    if (types.has(bare)) return { hint: `it is called "${bare}" here` };
    return { hint: didYouMean(bare, types.keys()) ?? 'mama-play doc lists the task types' };
  }
  const { properties, required = [], exactlyOne = [] } = type.schema;
  const parameters = Object.entries(properties).flatMap(([parameter, schema]) =>
    describe(parameter, schema, required),
  );
  const together = exactlyOne.map((names) => `Exactly one of ${codes(names)} must be given.`);
  const results = Object.entries(type.fields ?? {}).flatMap(([field, schema]) => describe(field, schema, []));
  const parts = [
    page.trim() || `# ${name}\n\n${type.schema.description}`,
    [
      '## Parameters',
      ...(type.short ? [`A bare text is \`${type.short}\`.`] : []),
      ...together,
      parameters.join('\n'),
    ].join('\n\n'),
    ...(results.length > 0
      ? [
          ['## Registered', 'Beside `changed`, `failed`, `skipped` and `msg`:', results.join('\n')].join(
            '\n\n',
          ),
        ]
      : []),
  ];
  return { text: `${parts.join('\n\n')}\n` };
}

function describe(name: string, schema: ParamSchema, required: readonly string[]): string[] {
  const facts = [typeWord(schema)];
  if (required.includes(name)) facts.push('required');
  if (schema.default !== undefined) facts.push(`default ${JSON.stringify(schema.default)}`);
  if (schema.aliases) facts.push(`also ${codes(schema.aliases)}`);
  if (schema.secret) facts.push('never shown');
  return [`- \`${name}\` (${facts.join('; ')}): ${schema.description ?? ''}`];
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function typeWord(schema: ParamSchema): string {
  if (schema.cel) return 'CEL expression';
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeWord).join(' or ');
  const type = [schema.type ?? 'any'].flat().join(' or ');
  return schema.items ? `${type} of ${typeWord(schema.items)}` : type;
}

function firstSentence(text: string): string {
  return /^[\s\S]*?[.](?=\s|$)/.exec(text)?.[0] ?? text;
}
