import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootOf, type Site } from './peer.ts';

/** The inventory that mama-play and Ansible read alike; returns its path. */
export function writeInventory(site: Site): string {
  const { sshd, dir, knownHosts } = site.ground;
  const hosts = site.places.map(
    (place) => `    ${place.name}:
      ansible_host: ${place.address}
      ansible_port: ${place.port}
      node: ${place.name}
      root: ${rootOf(site, place)}
`,
  );
  const text = `all:
  vars:
    ansible_user: ${sshd.user}
    ansible_ssh_private_key_file: ${sshd.key}
    ansible_ssh_common_args: -o UserKnownHostsFile=${knownHosts}
    ansible_python_interpreter: /usr/bin/python3
  hosts:
${hosts.join('')}`;
  const file = join(dir, 'run', `${site.peer}.yaml`);
  writeFileSync(file, text);
  return file;
}
