import type { Diagnostic } from '../contract/diagnostic.ts';
import { fault, type Span } from './source.ts';

/** Names that the run gives to every task; nobody else may set them. */
export const MAGIC_NAMES: ReadonlySet<string> = new Set([
  'vars',
  'hostvars',
  'groups',
  'group_names',
  'inventory_hostname',
  'inventory_hostname_short',
  'inventory_dir',
  'inventory_file',
  'playbook_dir',
  'play_hosts',
  'role_name',
  'role_path',
  'ansible_role_name',
  'ansible_check_mode',
  'ansible_diff_mode',
  'ansible_facts',
  'ansible_loop',
  'ansible_loop_var',
  'ansible_play_name',
  'ansible_play_hosts',
  'ansible_play_hosts_all',
  'ansible_play_batch',
  'ansible_run_tags',
  'ansible_skip_tags',
  'ansible_limit',
  'ansible_version',
]);

/** Words of CEL (its specification, "Syntax": RESERVED, and its literals). */
const CEL_WORDS: ReadonlySet<string> = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var ' +
    'void while'
  ).split(' '),
);

/** Why `name` can't be given to `what` (`a variable`, `a result` …); null: it can. */
export function nameFault(span: Span, name: string, what: string): Diagnostic | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const plain = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=[0-9])/, '_');
    const hint = `letters, digits and _ only${/^_*$/.test(plain) ? '' : `, such as ${plain}`}`;
    return fault(span, 'bad-name', `"${name}" can't be the name of ${what}`, hint);
  }
  if (MAGIC_NAMES.has(name)) {
    return fault(
      span,
      'reserved-name',
      `"${name}" is given by the run itself, and can't be set`,
      'choose another name',
    );
  }
  if (CEL_WORDS.has(name)) {
    const message = `"${name}" is a word of the expression language, and can't be the name of ${what}`;
    return fault(span, 'reserved-name', message, 'choose another name');
  }
  return null;
}
