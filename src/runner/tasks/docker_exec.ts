import { text } from '../contract/exchange.ts';
import { actionTask, isRefusal, type Refusal, refuse } from '../contract/task-type.ts';
import { RUN_FIELDS, readRun, STDIN_PARAMETERS, stdinOf } from './lib/command/run.ts';
import { deliver } from './lib/docker/env.ts';
import { askInside, type Inside, notStarted, type Question, runInside } from './lib/docker/exec.ts';
import { NAME, NAME_FORM } from './lib/docker/names.ts';
import { commandWords } from './lib/docker/words.ts';

interface Desired {
  readonly inside: Inside;
  readonly words: readonly string[];
  readonly stdin: string | null;
  readonly questions: readonly Question[];
  /** Why the command is needless, by the name of the question that made it so. */
  readonly because: Readonly<Record<string, string>>;
}

const path = { type: 'string', pattern: '^/' } as const;

/** Runs a command inside a running container. */
export default actionTask({
  name: 'docker_exec',
  schema: {
    type: 'object',
    description: 'Runs a command inside a running container.',
    additionalProperties: false,
    required: ['container'],
    exactlyOne: [['command', 'shell']],
    properties: {
      container: {
        type: 'string',
        pattern: NAME,
        description: `The container's name: ${NAME_FORM}.`,
      },
      command: {
        type: ['string', 'array'],
        items: { type: ['string', 'integer'] },
        aliases: ['argv', 'cmd'],
        description: 'A list of words, or a text that is split as a shell would (nothing in it is expanded).',
      },
      shell: { type: 'string', description: "Code for the container's own `sh`." },
      user: {
        type: ['string', 'integer'],
        description: "The user inside; the container's own unless given.",
      },
      workdir: { type: 'string', aliases: ['chdir'], description: 'The directory inside to run it in.' },
      env: {
        type: 'object',
        additionalProperties: { type: ['string', 'integer'] },
        description: 'Environment variables. Values arrive exactly, and stand in no argument list.',
      },
      ...STDIN_PARAMETERS,
      privileged: {
        type: 'boolean',
        default: false,
        description: 'Whether it may do everything that root may.',
      },
      creates: { ...path, description: 'Needless if this path exists inside.' },
      removes: { ...path, description: 'Needless unless this path exists inside.' },
      unless: {
        type: 'string',
        description: 'Needless if this shell code succeeds inside. It must only read: dry runs ask it too.',
      },
      onlyif: {
        type: 'string',
        description:
          'Needless unless this shell code succeeds inside. It must only read: dry runs ask it too.',
      },
    },
  },
  fields: RUN_FIELDS,

  desire(params): Desired | Refusal {
    const env = deliver(
      Object.fromEntries(Object.entries(params.env ?? {}).map(([name, value]) => [name, String(value)])),
    );
    if (isRefusal(env)) return env;
    const words =
      params.shell === undefined ? commandWords(params.command ?? []) : ['sh', '-c', params.shell];
    if (isRefusal(words)) return words;
    if (!words[0]) return refuse('there is no program to run');
    const options = [
      ...(params.user === undefined ? [] : ['--user', String(params.user)]),
      ...(params.workdir === undefined ? [] : ['--workdir', params.workdir]),
      ...(params.privileged ? ['--privileged'] : []),
    ];
    const inside = { container: params.container, options, env };
    return { inside, words, stdin: stdinOf(params), ...questions(params) };
  },

  guard: ({ questions, inside }) =>
    questions.length === 0
      ? null
      : {
          script: askInside(inside, questions),
          users: questions.some(({ name }) => name === 'unless' || name === 'onlyif'),
        },

  needless(reply, { because, inside }, world) {
    const trouble = notStarted(reply, inside.container);
    if (trouble) return world.predicted(`container:${inside.container}`) === undefined ? trouble : null;
    const [said = '', why = ''] = text(reply.out).trim().split('\n');
    if (said === 'needed') return null;
    if (said.startsWith('cannot '))
      return refuse(`${said.slice(7)} can't be asked in ${inside.container}: ${why}`);
    return because[said] === undefined ? refuse('the guard gave no answer') : { because: because[said] };
  },

  looksAt: ({ inside }) => [`container:${inside.container}`, 'volume:'],
  // What it does to files of the host that are mounted in the container is its own affair, as a daemon's is.
  mayAlter: (desired) => [`container:${desired?.inside.container ?? ''}`, 'volume:', 'database:'],
  perform: ({ inside, words, stdin }) => runInside(inside, words, stdin),

  read(reply, { inside, words }) {
    const trouble = notStarted(reply, inside.container);
    const verdict = readRun(reply, [...words], undefined);
    if (!trouble) return verdict;
    const { refusal, hint } = trouble;
    return { changed: false, result: verdict.result, failed: refusal, ...(hint ? { hint } : {}) };
  },
});

interface Conditions {
  readonly creates?: string;
  readonly removes?: string;
  readonly unless?: string;
  readonly onlyif?: string;
}

function questions({ creates, removes, unless, onlyif }: Conditions): Pick<Desired, 'questions' | 'because'> {
  const question = (name: string, words: readonly string[] | null, needlessIf: Question['needlessIf']) =>
    words === null ? [] : [{ name, words, needlessIf }];
  const exists = (at: string | undefined) => (at === undefined ? null : ['test', '-e', at]);
  const code = (text: string | undefined) => (text === undefined ? null : ['sh', '-c', text]);
  return {
    questions: [
      ...question('creates', exists(creates), 'succeeds'),
      ...question('removes', exists(removes), 'fails'),
      ...question('unless', code(unless), 'succeeds'),
      ...question('onlyif', code(onlyif), 'fails'),
    ],
    because: {
      creates: `${creates} exists`,
      removes: `${removes} does not exist`,
      unless: `\`unless\` holds: ${unless}`,
      onlyif: `\`onlyif\` does not hold: ${onlyif}`,
    },
  };
}
