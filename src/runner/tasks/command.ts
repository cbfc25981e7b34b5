import { sh } from '../contract/script.ts';
import { actionTask, refuse } from '../contract/task-type.ts';
import { askGuards, GUARD_PARAMETERS, guardsLookAt, readGuards, TEXT } from './lib/command/guards.ts';
import { RUN_FIELDS, readRun, runIn, STDIN_PARAMETERS, stdinOf } from './lib/command/run.ts';
import { splitWords } from './lib/words.ts';

export default actionTask({
  name: 'command',
  short: 'cmd',
  runs: 'users',
  whenNeeded: 'certain',
  schema: {
    type: 'object',
    description: 'Runs a program on the host, without a shell.',
    properties: {
      cmd: {
        type: 'string',
        minLength: 1,
        pattern: TEXT,
        description:
          'The program and its arguments, split at blanks; quotes and backslashes hold words together.',
      },
      argv: {
        type: 'array',
        items: { type: ['string', 'number'], pattern: TEXT },
        minItems: 1,
        description: 'The program and its arguments as a list, taken as they are.',
      },
      ...GUARD_PARAMETERS,
      ...STDIN_PARAMETERS,
    },
    exactlyOne: [['cmd', 'argv']],
    additionalProperties: false,
  },
  fields: RUN_FIELDS,

  desire(params) {
    const { cmd, argv, chdir, creates, removes, unless, onlyif } = params;
    const words = argv ? argv.map(String) : splitWords(cmd ?? '');
    if (words === null) return refuse(`a quote is not closed: ${cmd}`);
    if (!words[0]) return refuse('there is no program to run');
    return { words, stdin: stdinOf(params), guards: { chdir, creates, removes, unless, onlyif } };
  },
  guard: ({ guards }) => askGuards(guards),
  needless: (reply, { guards }, world) => readGuards(reply, guards, world),
  looksAt: ({ guards }, reply) => guardsLookAt(guards, reply),
  perform: ({ words, stdin, guards }) => runIn(guards.chdir, sh`exec ${words}`, stdin),
  read: (reply, { words, guards }) => readRun(reply, words, guards.chdir),
});
