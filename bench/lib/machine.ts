import { cpus, totalmem } from 'node:os';
import { run } from '../../scripts/lib/run.ts';

/** What the figures depend on; nothing that names the machine. */
export async function machineFacts(): Promise<string[]> {
  const [ssh, ansible, packages] = await Promise.all([
    run('ssh', ['-V']),
    run('/usr/bin/ansible-playbook', ['--version']),
    run('dpkg-query', ['-W', '-f', '${Package} ${Version}\\n', 'ansible-mitogen', 'rsync']),
  ]);
  const processor = cpus()[0]?.model ?? 'unknown processor';
  return [
    `${cpus().length} cores (${processor}), ${Math.round(totalmem() / 2 ** 30)} GB`,
    `Node ${process.version}`,
    ssh.stderr.trim(),
    ansible.stdout.split('\n')[0] || 'no Ansible',
    ...packages.stdout.trim().split('\n').filter(Boolean),
  ];
}
