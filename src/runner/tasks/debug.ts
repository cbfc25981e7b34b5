import type { Json } from '../contract/json.ts';
import { localTask } from '../contract/task-type.ts';

/** Shows a message or the value of an expression; changes nothing. */
export default localTask({
  name: 'debug',
  short: 'msg',
  schema: {
    type: 'object',
    description: 'Shows a message, or the value of an expression.',
    additionalProperties: false,
    exactlyOne: [['msg', 'var']],
    properties: {
      msg: {
        description: 'The message. A list or a map is shown as JSON.',
        examples: ['Deploying {{ release }}'],
      },
      var: {
        type: 'string',
        cel: true,
        description: 'A CEL expression, often just the name of a variable, that is shown with its value.',
        examples: ['deployed.rows', 'ports.size()'],
      },
    },
  } as const,
  fields: {
    expr: { type: 'string', description: 'With `var`: the expression as written.' },
    value: { description: 'With `var`: its value.' },
  },
  evaluate(params) {
    if (params.var === undefined) return { result: {}, msg: shown(params.msg ?? null) };
    const { expr, value } = params.var;
    return { result: { expr, value }, msg: `${expr} = ${JSON.stringify(value)}` };
  },
});

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
