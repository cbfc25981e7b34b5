import { ACTIONS } from './meta.ts';
import { ORDERS, STRATEGIES } from './play-words.ts';

/** A plain JSON Schema. */
interface Schema {
  readonly description?: string;
  readonly [word: string]: unknown;
}
type Described = Schema & { readonly description: string };

/** A text that holds a variable may stand for any value. */
export const TEMPLATED: Schema = { type: 'string', pattern: '\\{\\{' };
/** As it is written: a number or a boolean will do. */
const TEXT: Schema = { type: ['string', 'number', 'boolean'], pattern: '\\S' };
/** A text that is known before a host is. */
export const CONSTANT: Schema = { ...TEXT, pattern: '^(?![\\s\\S]*\\{\\{)[\\s\\S]*\\S' };
const NAME: Schema = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' };
const CONDITION: Schema = {
  type: ['string', 'boolean'],
  pattern: '^(?![\\s\\S]*\\{\\{|([yY][eE][sS]|[nN][oO]|[oO][nN]|[oO][fF][fF])$)[\\s\\S]*\\S',
};
/** An expression without braces, or one lone variable. */
const ITEMS: Schema = {
  type: 'string',
  pattern: '^(?![\\s\\S]*\\{\\{)[\\s\\S]*\\S|^\\s*\\{\\{[^{}]*\\}\\}\\s*$',
};
const SECONDS = { anyOf: [{ type: 'number', minimum: 0 }, TEMPLATED] };
/** As `readSerial` takes it. */
const BATCH: Schema = { type: ['integer', 'string'], minimum: 0, pattern: '^([0-9]+|[0-9]+(\\.[0-9]+)?%)$' };
const ENVIRONMENT: Schema = {
  anyOf: [{ type: 'object', additionalProperties: { type: TEXT['type'] } }, TEMPLATED],
};

const map = (properties: Record<string, Schema>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const orList = (one: Schema): Schema => ({ anyOf: [one, { type: 'array', items: one }] });

const told = (description: string, schema: Schema): Described => ({ description, ...schema });
const word = (description: string) => told(description, TEXT);
const flag = (description: string) => told(description, { type: 'boolean' });
const words = (description: string) => told(description, orList(CONSTANT));
const condition = (description: string) => told(`${description} CEL; a list means all.`, orList(CONDITION));
const list = (description: string) => told(description, { type: ['array', 'null'] });
const file = (description: string) =>
  told(description, { anyOf: [CONSTANT, map({ file: CONSTANT }, ['file'])] });
const role = (description: string) =>
  told(description, map({ name: CONSTANT, tasks_from: CONSTANT }, ['name']));
const choice = (description: string, choices: readonly string[]) => told(description, { enum: choices });

/** What each keyword of `KEYS` takes, and what it is for: for editors. (The readers say it in the user's words.) */
export const KEYWORD_SCHEMAS: Readonly<Record<string, Described>> = {
  name: word('What it is called in messages.'),
  tags: words('By what --tags and --skip-tags choose it.'),
  become: told('Run as another user.', { anyOf: [{ type: 'boolean' }, TEMPLATED] }),
  become_user: word('Whom to become; root unless told.'),
  environment: told('Environment variables of commands.', orList(ENVIRONMENT)),
  vars: told('Variables for what is inside.', { type: ['object', 'null'] }),
  no_log: flag('Show nothing of what it did.'),
  ignore_errors: told('Go on after a failure.', CONDITION),
  ignore_unreachable: flag('Go on when the host is unreachable.'),
  run_once: flag('Run on one host, for all.'),
  check_mode: flag('As in a dry run, or not, whatever the command line says.'),
  timeout: told('Seconds after which it is ended.', {
    anyOf: [{ type: 'number', exclusiveMinimum: 0 }, TEMPLATED],
  }),
  when: condition('Run only if this holds.'),
  delegate_to: word('The host on which it is done instead.'),
  notify: told('Handlers to run if something changed.', orList(TEXT)),
  loop: told('Once per item: a list, a lone {{ list }}, or a CEL expression.', {
    anyOf: [{ type: 'array' }, ITEMS],
  }),
  loop_control: told(
    'The names of the loop variables, the label of an item, and seconds between items.',
    map({ loop_var: NAME, index_var: NAME, label: { not: { type: 'null' } }, pause: SECONDS }),
  ),
  register: told('The variable that keeps the result.', NAME),
  changed_when: condition('When it counts as a change.'),
  failed_when: condition('When it counts as a failure.'),
  until: condition('Try again until this holds.'),
  retries: told('Further attempts after the first.', SECONDS),
  delay: told('Seconds between attempts.', SECONDS),
  listen: words('Topics by which the handler is notified too.'),
  hosts: told('Which hosts: a group, a host, a pattern.', {
    anyOf: [CONSTANT, { type: 'array', items: CONSTANT, minItems: 1 }],
  }),
  vars_files: told('Files of variables.', { anyOf: [orList(CONSTANT), { type: 'null' }] }),
  roles: list('Roles to run, after pre_tasks.'),
  pre_tasks: list('Tasks before the roles.'),
  tasks: list('Tasks after the roles.'),
  post_tasks: list('Tasks after the handlers of tasks.'),
  handlers: list('Tasks that run when they are notified.'),
  serial: told('Hosts at a time: a number, a share, a list.', {
    anyOf: [BATCH, { type: 'array', items: BATCH, minItems: 1 }],
  }),
  max_fail_percentage: told('End the play beyond this.', { type: 'number', minimum: 0, maximum: 100 }),
  any_errors_fatal: flag('A failure on one host ends the play on all.'),
  force_handlers: flag('Run handlers of failed hosts too.'),
  gather_facts: flag('Ask each host for its facts.'),
  order: choice('In which order hosts are begun; inventory: as `hosts` names them.', ORDERS),
  strategy: choice('Each host on its own, or task by task.', STRATEGIES),
  role: told('The name of the role.', CONSTANT),
  block: list('Tasks that belong together.'),
  rescue: list('Tasks that run when one of the block failed.'),
  always: list('Tasks that run in any case.'),
  import_playbook: told('A file of plays to run here.', CONSTANT),
  import_tasks: file('A file of tasks; when and tags go to each.'),
  include_tasks: file('A file of tasks; when is judged once.'),
  import_role: role('A role: name, tasks_from.'),
  include_role: role('A role: name, tasks_from; when is judged once.'),
  meta: choice('What the run itself does.', ['flush_handlers', ...ACTIONS]),
};
