import { NAME_FORM, NEW_NAME } from '../../names.ts';
/** What runs, who runs it, and when the task is content. */
export const lifecycleProperties = {
  name: {
    type: 'string',
    pattern: NEW_NAME,
    description: `The container's name: two or more ${NAME_FORM}.`,
  },
  image: {
    type: 'string',
    pattern: '^[a-zA-Z0-9][^\\s]*$',
    description: 'The image, with its tag (`latest` unless given). Needed unless `state` is `absent`.',
  },
  state: {
    enum: ['started', 'stopped', 'present', 'absent'],
    default: 'started',
    description:
      '`started`: it runs as declared. `stopped`: it exists as declared and does not run. `present`: it exists as declared. `absent`: there is none.',
  },
  recreate: {
    enum: ['auto', 'always', 'never'],
    default: 'auto',
    description:
      '`auto`: when something differs that cannot be changed in place. `always`: in every run. `never`: such a difference is a failure instead.',
  },
  pull: {
    enum: ['missing', 'always', 'never'],
    default: 'missing',
    description: 'Whether a container that is made pulls its image first, as `docker run --pull` does.',
  },
  wait: {
    enum: ['running', 'healthy', 'none'],
    default: 'running',
    description:
      '`running`: it must still run a second after its start. `healthy`: its health check must succeed. `none`: it is not waited for.',
  },
  wait_timeout: {
    type: 'integer',
    minimum: 1,
    default: 60,
    description: 'Seconds until the wait is given up.',
  },
  restart: {
    type: 'string',
    pattern: '^(no|always|unless-stopped|on-failure(:[0-9]+)?)$',
    aliases: ['restart_policy'],
    description:
      'When the engine starts it again: `no` (the default), `on-failure`, `on-failure:3`, `always` or `unless-stopped`.',
  },
  managed_by: {
    enum: ['engine', 'supervisord'],
    default: 'engine',
    description:
      '`engine`: the container is made and started here. `supervisord`: a script is written that runs it in the foreground, for a program of supervisord.',
  },
  program: {
    type: 'string',
    description:
      "With `managed_by: supervisord`: the program's name, `group:name` in a group; `name` unless given.",
  },
  wrapper: {
    type: 'string',
    pattern: '^/[^\\s"\';%]*$',
    description:
      "With `managed_by: supervisord`: the script's path; `/usr/local/lib/mama-play/run-<name>` unless given.",
  },
  stop_signal: {
    type: ['string', 'integer'],
    description: "The signal that asks it to end; the image's unless given.",
  },
  stop_timeout: {
    type: 'integer',
    minimum: 0,
    description: 'Seconds until a container that was asked to end is killed; 10 unless given.',
  },
  watch: {
    type: 'array',
    items: { type: 'string', pattern: '^/' },
    description:
      'Files and directories on the host (mounted configuration, say) whose content belongs to the container: when it changes, the container is recreated.',
  },
} as const;
