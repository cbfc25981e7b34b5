import type { Diagnostic } from '../contract/diagnostic.ts';
import { fault, type Span, warning } from './source.ts';
import { closest } from './suggest.ts';

/** Every variable that says how a host is reached or a user is become, by what it sets. First name given wins. */
export const CONNECTION_VARIABLES = {
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  privateKeyFile: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  passphrase: ['ansible_ssh_private_key_passphrase', 'ansible_private_key_passphrase'],
  password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  connection: ['ansible_connection'],
  timeout: ['ansible_ssh_timeout', 'ansible_timeout'],
  sshArgs: ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'],
  become: ['ansible_become'],
  becomeUser: ['ansible_become_user'],
  becomeMethod: ['ansible_become_method'],
  becomePassword: ['ansible_become_password', 'ansible_become_pass'],
  knownHosts: ['mama_known_hosts'],
  sshConfig: ['mama_ssh_config'],
} as const;

/** Old names of Ansible's for what is set otherwise. */
const RENAMED: Readonly<Record<string, string>> = {
  ansible_sudo: 'it is called ansible_become',
  ansible_sudo_user: 'it is called ansible_become_user',
  ansible_sudo_pass: 'it is called ansible_become_password',
  ansible_sudo_password: 'it is called ansible_become_password',
};

/** Means nothing here and harms nobody: about Ansible's own machinery. */
const SILENT = new Set([
  'ansible_group_priority',
  'ansible_python_interpreter',
  'ansible_pipelining',
  'ansible_ssh_pipelining',
  'ansible_remote_tmp',
  'ansible_ssh_transfer_method',
]);

/** Ansible's other connection variables: what they ask for does not happen here. */
const IGNORED =
  /^ansible_(shell_(type|executable)|executable|ssh_executable|s(cp|ftp)_(extra_args|if_ssh|executable)|(ssh_)?host_key_checking|become_(exe|flags)|(sudo|su)(_\w+)?|winrm_\w+|psrp_\w+|httpapi_\w+|network_os|paramiko_\w+|docker_\w+)$/;

const KNOWN: readonly string[] = [...Object.values(CONNECTION_VARIABLES).flat(), 'ansible_group_priority'];

/** Does it say how a host is reached, or a user is become? */
export function isConnectionVariable(name: string): boolean {
  return KNOWN.includes(name);
}

const SHORT = KNOWN.filter((name) => name.startsWith('ansible_')).map((name) =>
  name.slice('ansible_'.length),
);

/** These are heard from a play and its tasks too. */
const BECOME: readonly string[] = [...CONNECTION_VARIABLES.become, ...CONNECTION_VARIABLES.becomeUser];

/** Connections are made from the inventory: what a play or role says of them would be heard by nobody. */
export function connectionElsewhere(name: string, span: Span): Diagnostic | null {
  if (!isConnectionVariable(name) || BECOME.includes(name)) return null;
  const message = `"${name}" says how a host is reached, and is heard only from the inventory`;
  const hint = 'put it into the inventory, group_vars/ or host_vars/ (a vault too), or give it with -e';
  return fault(span, 'no-effect', message, hint);
}

/**
 * A warning where a variable of the inventory looks like a setting of the connection and is none: one of Ansible's
 * that has no effect here, or a misspelt one.
 */
export function checkConnectionVariable(name: string, span: Span): Diagnostic | null {
  if (!name.startsWith('ansible_') || SILENT.has(name) || KNOWN.includes(name)) return null;
  if (IGNORED.test(name)) {
    const hint = /host_key/.test(name)
      ? 'host keys are always verified; mama_known_hosts names a known_hosts file of your own'
      : (RENAMED[name] ?? 'remove it, or leave it for Ansible');
    return warning(span, 'no-effect', `${name} has no effect here`, hint);
  }
  const near = closest(name.replace(/^ansible_/, ''), SHORT);
  return near
    ? warning(span, 'unknown-name', `no setting is called ${name}`, `did you mean "ansible_${near}"?`)
    : null;
}
