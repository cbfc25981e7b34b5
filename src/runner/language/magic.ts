import type { ParamSchema } from '../contract/schema.ts';

const text = (description: string): ParamSchema => ({ type: 'string', description });
const flag = (description: string): ParamSchema => ({ type: 'boolean', description });
const count = (description: string): ParamSchema => ({ type: 'integer', description });
const names = (description: string): ParamSchema => ({
  type: 'array',
  items: { type: 'string' },
  description,
});

/** The names that the run gives to every task, with Ansible's meanings; nobody else may set them. */
export const MAGIC: Readonly<Record<string, ParamSchema>> = {
  inventory_hostname: text('The host, as the inventory calls it.'),
  inventory_hostname_short: text('The same up to the first dot.'),
  group_names: names('The groups that the host is in, without `all`.'),
  groups: {
    type: 'object',
    additionalProperties: names('Its hosts.'),
    description: 'The hosts of each group, `all` among them.',
  },
  hostvars: { type: 'object', description: 'The variables of each host, and what it has registered so far.' },
  inventory_dir: text('The directory of the first inventory.'),
  inventory_file: text('The first inventory file; missing where all hosts are named by `-i a,b,`.'),
  playbook_dir: text('The directory of the playbook.'),
  play_hosts: names('The same as `ansible_play_hosts`.'),
  ansible_play_name: text('The name of the play.'),
  ansible_play_hosts: names('The hosts of the play that have not failed.'),
  ansible_play_hosts_all: names('All hosts of the play.'),
  ansible_play_batch: names('The hosts of the `serial` batch that have not failed.'),
  ansible_check_mode: flag('True in a dry run (`--check`).'),
  ansible_diff_mode: flag('True with `--diff`.'),
  ansible_forks: count('How many hosts run at a time (`--forks`).'),
  ansible_verbosity: count('How many `-v` were given.'),
  ansible_limit: text('The text of `--limit`; missing without it: `has(vars.ansible_limit)`.'),
  ansible_run_tags: names('The tags of `--tags`; `all` without it.'),
  ansible_skip_tags: names('The tags of `--skip-tags`.'),
  ansible_version: {
    type: 'object',
    properties: {
      full: text('Such as 0.1.0.'),
      string: text('The same.'),
      major: count('The first number.'),
      minor: count('The second.'),
      revision: count('The third.'),
    },
    additionalProperties: false,
    description: 'The version of mama-play, not of Ansible.',
  },
  role_name: text('The role that the task is written in; missing outside of roles, like the three below.'),
  role_path: text('Its directory.'),
  ansible_role_name: text('The same as `role_name`.'),
  ansible_parent_role_names: names('The roles that called this one, the nearest first.'),
  ansible_loop_var: text('In a loop: the name of the variable that holds the item.'),
  ansible_index_var: text('In a loop with `index_var`: its name.'),
};

/** Of these the run gives some only in places: in a loop, in a role, with an option. */
export const MAGIC_WHERE: Readonly<Record<string, string>> = {
  ansible_limit: 'it is there only with --limit: ask has(vars.ansible_limit) first',
  inventory_file: 'it is there only with an inventory that is a file (-i)',
  role_name: 'it is there only in the tasks, handlers and templates of a role',
  role_path: 'it is there only in the tasks, handlers and templates of a role',
  ansible_role_name: 'it is there only in the tasks, handlers and templates of a role',
  ansible_parent_role_names: 'it is there only in the tasks, handlers and templates of a role',
  ansible_loop_var: 'it is there only in a loop',
  ansible_index_var: 'it is there only in a loop with loop_control: {index_var: i}',
  ansible_failed_task: 'it is there only in rescue',
  ansible_failed_result: 'it is there only in rescue',
  item: 'it is there only in a loop, and bears the name that loop_control: {loop_var: …} gives it',
};

/** Names that Ansible gives and we don't: what to write instead. */
export const NOT_GIVEN: Readonly<Record<string, string>> = {
  omit: 'null leaves a parameter out: {{ default x null }}',
  vars: 'a variable is read by its own name: {{ x }}; in CEL has(vars.x) asks whether there is one',
  ansible_loop:
    'name the number with loop_control: {index_var: i}; the length of a list is size(list) in CEL',
  ansible_managed: 'write into the template itself that it is managed',
  ansible_config_file: 'there is no configuration file: what a run is told stands on its command line',
  ansible_inventory_sources: 'use inventory_file or inventory_dir',
  ansible_collection_name: 'task types and roles have no collections',
  ansible_parent_role_paths: 'use ansible_parent_role_names, and role_path of the role itself',
  ansible_dependent_role_names: 'use ansible_parent_role_names in the role that is depended on',
  ansible_play_role_names: 'which roles a play has stands in the play',
  ansible_role_names: 'which roles a play has stands in the play',
  role_names: 'which roles a play has stands in the play',
  role_uuid: 'use role_name or role_path',
  ansible_playbook_python: 'nothing here needs Python',
  ansible_local: 'facts are not gathered from files: read the file with command and register',
};

/** What nobody may set: the run's own names, and words that would be taken for them. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...Object.keys(MAGIC),
  'ansible_facts',
  'ansible_loop',
  'omit',
  'vars',
]);

/** What to say of a name of Ansible's that is not there, or not here; undefined: it is none. */
export function magicHint(name: string): string | undefined {
  if (Object.hasOwn(NOT_GIVEN, name)) return NOT_GIVEN[name];
  return Object.hasOwn(MAGIC_WHERE, name) ? MAGIC_WHERE[name] : undefined;
}
