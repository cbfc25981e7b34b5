import { localTask } from '../contract/task-type.ts';

/** Fails the host. Guarded with `when`, it turns a state of affairs into a clear error. */
export default localTask({
  name: 'fail',
  short: 'msg',
  schema: {
    type: 'object',
    description: 'Fails with a message.',
    additionalProperties: false,
    properties: {
      msg: {
        type: 'string',
        default: 'Failed as requested from task',
        description: 'Why: what is wrong, and what to do about it.',
        examples: ['The data volume is on the system disk; attach one and set data_device.'],
      },
    },
  } as const,
  fields: {},
  evaluate: (params) => ({ result: {}, failed: params.msg }),
});
