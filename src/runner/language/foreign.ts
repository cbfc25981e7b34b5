/** Something that Ansible has and we have not, or in another form: what to say of it. */
export interface Foreign {
  readonly message: string;
  readonly hint: string;
}

const SUDO = { why: 'sudo is the only way to become another user', hint: 'remove it' };
const CONNECTION = 'where and how to connect';

/** Keys of Ansible, with the reason and our form. */
const KEYS: Readonly<Record<string, { readonly why: string; readonly hint: string }>> = {
  local_action: {
    why: 'a task names its machine with "delegate_to"',
    hint: 'write the task type as the key, and delegate_to: localhost beside it',
  },
  action: {
    why: 'the task type itself is the key',
    hint: 'write command: uptime, not action: command uptime',
  },
  args: {
    why: 'all parameters stand below the task type',
    hint: 'write command: {cmd: make, creates: /srv/made}',
  },
  async: {
    why: 'a task is run to its end',
    hint: 'bound it with timeout, and let a service manager keep what must stay running',
  },
  poll: {
    why: 'a task is run to its end',
    hint: 'to wait for something, use until with retries and delay, or wait_for',
  },
  vars_prompt: {
    why: 'a run asks no questions, so that it can be repeated',
    hint: 'give the value with -e name=value, or -e @file',
  },
  include_vars: {
    why: 'which variables there are is known before a host is touched',
    hint: 'use vars_files of the play, vars/main.yaml of a role, or group_vars/',
  },
  add_host: { why: 'hosts come from the inventory only', hint: 'write the host into the inventory' },
  group_by: {
    why: 'groups come from the inventory only',
    hint: 'write the group into the inventory, or choose with when',
  },
  include: { why: 'it meant two things', hint: 'use import_tasks or include_tasks' },
  collections: { why: 'task types have no namespaces', hint: 'remove it' },
  module_defaults: {
    why: 'a task shows all of its parameters',
    hint: 'repeat them, with a YAML anchor and <<',
  },
  debugger: { why: 'there is no debugger', hint: 'use --check --diff, -vvv and the debug task' },
  diff: { why: "whether differences are shown is the operator's choice", hint: 'use -D on the command line' },
  throttle: {
    why: 'how many hosts run at a time is said for the play or the run',
    hint: 'use serial for the play, or -f on the command line',
  },
  delegate_facts: { why: 'a result belongs to the host whose task it is', hint: 'remove it' },
  become_method: SUDO,
  become_flags: SUDO,
  become_exe: SUDO,
  sudo: { why: 'it is called become', hint: 'write become: true' },
  sudo_user: { why: 'it is called become_user', hint: 'write become_user: postgres' },
  remote_user: {
    why: `the inventory says ${CONNECTION}`,
    hint: 'set ansible_user in the inventory, or use -u',
  },
  user: { why: `the inventory says ${CONNECTION}`, hint: 'set ansible_user in the inventory, or use -u' },
  port: { why: `the inventory says ${CONNECTION}`, hint: 'set ansible_port in the inventory' },
  connection: {
    why: `the inventory says ${CONNECTION}`,
    hint: 'set ansible_connection in the inventory, or use -c; localhost is local by itself',
  },
  gather_subset: { why: 'facts are not gathered in parts', hint: 'remove it' },
  gather_timeout: { why: 'facts are not gathered in parts', hint: 'remove it' },
  fact_path: { why: 'facts are not gathered from files', hint: 'remove it' },
};

const LOOPS: Readonly<Record<string, string>> = {
  with_items:
    'write loop: [a, b], or loop: some_list; where the items are lists, which it joins, loop: a + b',
  with_list: 'write loop: [a, b], or loop: some_list',
  with_flattened: 'write loop: some_list + another_list',
  with_dict: 'write loop: \'some_map.map(k, {"key": k, "value": some_map[k]})\'',
  with_indexed_items: 'write loop: some_list, and loop_control: {index_var: i}',
  with_nested: 'put a block with one loop around a task with the other, under another loop_var',
  with_sequence: 'write the numbers: loop: [1, 2, 3]',
  with_together:
    'write the pairs as a list of maps: loop: [{a: 1, b: 2}, …], with {{ item.a }} and {{ item.b }}',
  with_cartesian: 'put a block with one loop around a task with the other, under another loop_var',
  with_inventory_hostnames: 'write loop: groups.all, or loop: groups.some_group',
  with_random_choice: 'choose one, and write it down: a run can then be repeated',
  with_lines: 'register what a command says, and write loop: said.stdout_lines',
  with_fileglob: 'name the files: loop: [a.conf, b.conf]; or copy the directory as a whole',
  with_filetree: 'copy the directory as a whole: copy: {src: dir, dest: /srv/dir}',
  with_first_found: 'name the one file, with variables in its name: src: "{{ inventory_hostname }}.conf"',
  with_subelements: 'put a block with one loop around a task with the other, under another loop_var',
};

/** What to say of a key that Ansible knows; undefined: Ansible does not know it either. */
export function foreignKey(key: string, place: string): Foreign | undefined {
  if (key === 'include' && place === 'play')
    return { message: '"include" is not known: it meant two things', hint: 'write import_playbook' };
  if (key.startsWith('with_')) {
    const hint = LOOPS[key] ?? 'write loop: with a list, or an expression that gives one';
    return { message: `"${key}" is not known: every loop is written with "loop"`, hint };
  }
  // In these places the words may be names of ordinary things.
  if (place === 'role') return undefined;
  if (key === 'user' && place !== 'play') return undefined;
  const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  return known && { message: `"${key}" is not known: ${known.why}`, hint: known.hint };
}
