import type { ParamSchema } from '../contract/schema.ts';
import { CONTROL } from './loop.ts';
import { ACTIONS } from './meta.ts';
import { ORDERS, STRATEGIES } from './play-words.ts';

const word = (description: string): ParamSchema => ({ type: 'string', description });
const flag = (description: string): ParamSchema => ({ type: 'boolean', description });
const amount = (description: string): ParamSchema => ({ type: 'number', minimum: 0, description });
const map = (description: string): ParamSchema => ({ type: 'object', description });
const words = (description: string): ParamSchema => ({
  type: ['string', 'array'],
  items: { type: 'string' },
  description,
});
const condition = (description: string): ParamSchema => ({
  type: ['string', 'boolean', 'array'],
  items: { type: ['string', 'boolean'] },
  description: `${description} CEL; a list means all.`,
});
/** As `readSerial` takes it. */
const BATCH = '^([0-9]+|[0-9]+(\\.[0-9]+)?%)$';
const list = (description: string): ParamSchema => ({ type: ['array', 'null'], description });

/** What each keyword of `KEYS` takes, and what it is for: for editors. (The readers say it in the user's words.) */
export const KEYWORD_SCHEMAS: Readonly<Record<string, ParamSchema>> = {
  name: word('What it is called in messages.'),
  tags: words('By what --tags and --skip-tags choose it.'),
  become: flag('Run as another user.'),
  become_user: word('Whom to become; root unless told.'),
  environment: { type: ['object', 'array'], description: 'Environment variables of commands.' },
  vars: map('Variables for what is inside.'),
  no_log: flag('Show nothing of what it did.'),
  ignore_errors: { type: ['boolean', 'string'], description: 'Go on after a failure.' },
  ignore_unreachable: flag('Go on when the host is unreachable.'),
  run_once: flag('Run on one host, for all.'),
  check_mode: flag('As in a dry run, or not, whatever the command line says.'),
  timeout: amount('Seconds after which it is ended.'),
  when: condition('Run only if this holds.'),
  delegate_to: word('The host on which it is done instead.'),
  notify: words('Handlers to run if something changed.'),
  loop: {
    type: ['array', 'string'],
    description: 'Once per item: a list, a lone {{ list }}, or a CEL expression.',
  },
  loop_control: {
    type: 'object',
    description: 'The names of the loop variables, the label of an item, and seconds between items.',
    properties: Object.fromEntries(CONTROL.map((name) => [name, {}])),
    additionalProperties: false,
  },
  register: word('The variable that keeps the result.'),
  changed_when: condition('When it counts as a change.'),
  failed_when: condition('When it counts as a failure.'),
  until: condition('Try again until this holds.'),
  retries: amount('Further attempts after the first.'),
  delay: amount('Seconds between attempts.'),
  listen: words('Topics by which the handler is notified too.'),
  hosts: words('Which hosts: a group, a host, a pattern.'),
  vars_files: words('Files of variables.'),
  roles: list('Roles to run, after pre_tasks.'),
  pre_tasks: list('Tasks before the roles.'),
  tasks: list('Tasks after the roles.'),
  post_tasks: list('Tasks after the handlers of tasks.'),
  handlers: list('Tasks that run when they are notified.'),
  serial: {
    type: ['integer', 'string', 'array'],
    minimum: 0,
    pattern: BATCH,
    items: { type: ['integer', 'string'], minimum: 0, pattern: BATCH },
    description: 'Hosts at a time: a number, a share, a list.',
  },
  max_fail_percentage: { type: 'number', minimum: 0, maximum: 100, description: 'End the play beyond this.' },
  any_errors_fatal: flag('A failure on one host ends the play on all.'),
  force_handlers: flag('Run handlers of failed hosts too.'),
  gather_facts: flag('Ask each host for its facts.'),
  order: {
    type: 'string',
    enum: ORDERS,
    description: 'In which order hosts are begun; inventory: as `hosts` names them.',
  },
  strategy: { type: 'string', enum: STRATEGIES, description: 'Each host on its own, or task by task.' },
  role: word('The name of the role.'),
  block: list('Tasks that belong together.'),
  rescue: list('Tasks that run when one of the block failed.'),
  always: list('Tasks that run in any case.'),
  import_playbook: word('A file of plays to run here.'),
  import_tasks: { type: ['string', 'object'], description: 'A file of tasks; when and tags go to each.' },
  include_tasks: { type: ['string', 'object'], description: 'A file of tasks; when is judged once.' },
  import_role: map('A role: name, tasks_from.'),
  include_role: map('A role: name, tasks_from; when is judged once.'),
  meta: { type: 'string', enum: ['flush_handlers', ...ACTIONS], description: 'What the run itself does.' },
};
