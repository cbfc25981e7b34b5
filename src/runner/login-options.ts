import type { Command, OptionValues } from 'commander';
import { count, oneOf } from './command-line.ts';

/** Hosts that are worked on side by side, unless told. */
export const DEFAULT_FORKS = 50;

/** How hosts are logged in to, and as whom tasks run there. */
export interface LoginFlags {
  readonly user: string | null;
  readonly privateKey: string | null;
  readonly askPass: boolean;
  readonly connection: string | null;
  /** Options for ssh, before those of the inventory. */
  readonly sshArgs: string | null;
  /** Seconds to connect; null: 10. */
  readonly timeout: number | null;
  readonly become: boolean;
  readonly becomeUser: string | null;
  readonly askBecomePass: boolean;
}

/** Ansible's options for connections and become. */
export function loginOptions(command: Command): Command {
  return command
    .optionsGroup('How to log in:')
    .option('-u, --user <name>', 'login user')
    .option('--private-key <file>', 'login key')
    .option('-k, --ask-pass', 'ask for the login password')
    .option('-c, --connection <kind>', 'ssh, openssh or local', oneOf('ssh', 'openssh', 'local', 'smart'))
    .option('--ssh-common-args <args>', 'options for ssh, such as "-J bastion"')
    .option('-T, --timeout <seconds>', 'time to connect (default: 10)', count)
    .option('-b, --become', 'become another user for every task')
    .option('--become-user <name>', 'whom to become (default: root)')
    .option('-K, --ask-become-pass', 'ask for the password of become');
}

export function loginFlags(o: OptionValues): LoginFlags {
  return {
    user: o['user'] ?? null,
    privateKey: o['privateKey'] ?? null,
    askPass: o['askPass'] === true,
    connection: o['connection'] ?? null,
    sshArgs: o['sshCommonArgs'] ?? null,
    timeout: o['timeout'] ?? null,
    become: o['become'] === true,
    becomeUser: o['becomeUser'] ?? null,
    askBecomePass: o['askBecomePass'] === true,
  };
}
