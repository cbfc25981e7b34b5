import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';

/** A user of this machine, for the time of a test. */
export interface Person {
  readonly name: string;
  readonly password: string;
  /** What sudoers says of him (`ALL=(ALL:ALL) ALL`); null: nothing. */
  sudo(rule: string | null): void;
  remove(): void;
}

export function makePerson(): Person {
  const name = `mp${randomBytes(4).toString('hex')}`;
  const password = randomBytes(9).toString('base64url');
  const rules = `/etc/sudoers.d/${name}`;
  execFileSync('useradd', ['--create-home', '--shell', '/bin/sh', name]);
  execFileSync('chpasswd', { input: `${name}:${password}\n` });
  const sudo = (rule: string | null): void => {
    rmSync(rules, { force: true });
    if (rule !== null) writeFileSync(rules, `${rule.replaceAll('WHO', name)}\n`, { mode: 0o440 });
  };
  return {
    name,
    password,
    sudo,
    remove: () => {
      sudo(null);
      execFileSync('userdel', ['--remove', '--force', name], { stdio: 'ignore' });
    },
  };
}
