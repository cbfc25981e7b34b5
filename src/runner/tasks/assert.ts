import type { CelValue } from '../contract/schema.ts';
import { type LocalVerdict, localTask } from '../contract/task-type.ts';

/** Fails unless every condition holds. */
export default localTask({
  name: 'assert',
  schema: {
    type: 'object',
    description: 'Fails unless every condition holds.',
    additionalProperties: false,
    required: ['that'],
    properties: {
      that: {
        type: ['string', 'array'],
        cel: true,
        items: { type: 'string' },
        description: 'A CEL expression, or a list of them; each must be true.',
        examples: ['port > 1023', ['env == "qa" || replicas > 1', 'has(vars.domain)']],
      },
      fail_msg: {
        type: 'string',
        aliases: ['msg'],
        description: 'Said when a condition does not hold, before the list of those that do not.',
      },
      success_msg: {
        type: 'string',
        default: 'All conditions hold',
        description: 'Said when all hold.',
      },
      quiet: {
        type: 'boolean',
        default: false,
        description: 'Say nothing when all hold.',
      },
    },
  } as const,
  fields: {
    failing: {
      type: 'array',
      items: { type: 'string' },
      description: 'The expressions that do not hold.',
    },
  },
  evaluate({ that, fail_msg, success_msg, quiet }): LocalVerdict {
    const conditions: readonly CelValue[] = 'expr' in that ? [that] : that;
    const failing = conditions.filter((condition) => condition.value !== true);
    const result = { failing: failing.map((condition) => condition.expr) };
    if (failing.length === 0) return quiet ? { result } : { result, msg: success_msg };
    const list = failing.map(complaint).join('; ');
    return { result, failed: fail_msg === undefined ? `does not hold: ${list}` : `${fail_msg} (${list})` };
  },
});

function complaint({ expr, value }: CelValue): string {
  return value === false ? expr : `${expr} (gives ${JSON.stringify(value)}, which is not true or false)`;
}
