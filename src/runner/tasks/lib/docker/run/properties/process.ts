import { DURATION } from '../../units.ts';

const word = { type: ['string', 'integer'] } as const;

/** The process inside: what it is, as whom, with which environment, and how its health is told. */
export const processProperties = {
  command: {
    type: ['string', 'array'],
    items: word,
    aliases: ['cmd'],
    description:
      "What runs instead of the image's command: a list of words, or a text that is split as a shell would (nothing is expanded).",
  },
  entrypoint: {
    type: ['string', 'array'],
    items: word,
    description: "Instead of the image's entry point; an empty text switches that off.",
  },
  env: {
    type: 'object',
    additionalProperties: word,
    description: 'Environment variables. Values reach the container exactly, and stand in no argument list.',
  },
  env_file: {
    type: ['string', 'array'],
    items: { type: 'string' },
    aliases: ['env_files'],
    description:
      "Files with variables, on the host, in docker's own literal format. A changed content recreates the container.",
  },
  user: { type: ['string', 'integer'], description: 'The user inside, `user`, `uid` or `uid:gid`.' },
  group_add: {
    type: 'array',
    items: word,
    aliases: ['groups'],
    description: 'Further groups of that user.',
  },
  workdir: { type: 'string', aliases: ['working_dir'], description: 'The working directory inside.' },
  labels: {
    type: 'object',
    additionalProperties: { type: ['string', 'integer', 'boolean'] },
    description: 'Labels of the container. Never put a secret here.',
  },
  init: {
    type: 'boolean',
    description: 'Whether a small init is process 1, which passes signals on and reaps.',
  },
  tty: { type: 'boolean', default: false, description: 'Whether it has a terminal.' },
  stdin_open: {
    type: 'boolean',
    default: false,
    aliases: ['interactive'],
    description: 'Whether its stdin stays open.',
  },
  health: {
    type: 'object',
    aliases: ['healthcheck'],
    additionalProperties: false,
    properties: {
      cmd: {
        type: 'string',
        description: "A shell command inside the container; exit 0 is healthy. The image's unless given.",
      },
      interval: {
        type: ['string', 'number'],
        pattern: DURATION,
        description: 'Time between two checks (`30s`).',
      },
      timeout: {
        type: ['string', 'number'],
        pattern: DURATION,
        description: 'Time until a check has failed (`30s`).',
      },
      start_period: {
        type: ['string', 'number'],
        pattern: DURATION,
        description: 'Time after the start in which failures do not count.',
      },
      retries: { type: 'integer', minimum: 1, description: 'Failures in a row until it is unhealthy (3).' },
      disable: { type: 'boolean', description: "Switches the image's health check off." },
    },
    description: 'How its health is told.',
  },
} as const;
