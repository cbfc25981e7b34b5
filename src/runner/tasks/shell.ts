import { sh } from '../contract/script.ts';
import { actionTask, refuse } from '../contract/task-type.ts';
import { askGuards, GUARD_PARAMETERS, guardsLookAt, readGuards, TEXT } from './lib/command/guards.ts';
import { RUN_FIELDS, readRun, runIn, STDIN_PARAMETERS, stdinOf } from './lib/command/run.ts';

/** Linux takes no longer text than 128 KiB in one variable (MAX_ARG_STRLEN). */
const LONGEST = 120_000;

export default actionTask({
  name: 'shell',
  short: 'cmd',
  runs: 'users',
  whenNeeded: 'certain',
  schema: {
    type: 'object',
    description: 'Runs shell code on the host.',
    properties: {
      cmd: { type: 'string', minLength: 1, pattern: TEXT, description: 'The code.' },
      executable: {
        type: 'string',
        minLength: 1,
        pattern: TEXT,
        default: 'sh',
        description: 'The shell that runs it, by name or path.',
      },
      ...GUARD_PARAMETERS,
      ...STDIN_PARAMETERS,
    },
    required: ['cmd'],
    additionalProperties: false,
  },
  fields: RUN_FIELDS,

  desire(params) {
    const { cmd, executable, chdir, creates, removes, unless, onlyif } = params;
    if (Buffer.byteLength(cmd) > LONGEST) {
      return refuse(`the code is longer than ${LONGEST} bytes`, 'put it in a file with `copy`, and run that');
    }
    return { cmd, executable, stdin: stdinOf(params), guards: { chdir, creates, removes, unless, onlyif } };
  },
  guard: ({ guards }) => askGuards(guards),
  needless: (reply, { guards }, world) => readGuards(reply, guards, world),
  looksAt: ({ guards }, reply) => guardsLookAt(guards, reply),
  // A shell of its own, so that `$$` and `exec` mean what they say. The code goes through the environment, which
  // only its user may read, and not through the arguments, which everybody sees.
  perform: ({ cmd, executable, stdin, guards }) =>
    runIn(
      guards.chdir,
      sh`MAMA_PLAY_CODE=${cmd} exec ${executable} -c 'c=$MAMA_PLAY_CODE; unset MAMA_PLAY_CODE; eval "$c"'`,
      stdin,
    ),
  read: (reply, { cmd, guards }) => readRun(reply, cmd, guards.chdir),
});
