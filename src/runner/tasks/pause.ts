import { localTask } from '../contract/task-type.ts';

/** Waits on the controller: for a time, for the operator, or for whichever is first. */
export default localTask({
  name: 'pause',
  schema: {
    type: 'object',
    description: 'Waits for a time, or until the operator goes on; nothing is said to the host meanwhile.',
    additionalProperties: false,
    properties: {
      seconds: {
        type: 'number',
        minimum: 0,
        maximum: 1_000_000,
        description: 'How long; added to `minutes`.',
      },
      minutes: { type: 'number', minimum: 0, maximum: 10_000, description: 'How long; added to `seconds`.' },
      prompt: {
        type: 'string',
        minLength: 1,
        description:
          'Shown to the operator, who goes on with Enter, once for all hosts. With a time, it goes on by itself when that has passed.',
      },
    },
  } as const,
  fields: {
    delta: { type: 'number', description: 'Seconds that were waited.' },
    user_input: { type: 'string', description: 'What the operator typed in front of Enter.' },
  },
  pause({ seconds, minutes, prompt }) {
    const isTimed = seconds !== undefined || minutes !== undefined;
    const time = (seconds ?? 0) + 60 * (minutes ?? 0);
    return { seconds: isTimed ? time : null, prompt: isTimed ? (prompt ?? null) : (prompt ?? 'Go on?') };
  },
  evaluate: (_, paused) => ({ result: { delta: paused?.seconds ?? 0, user_input: paused?.typed ?? '' } }),
});
