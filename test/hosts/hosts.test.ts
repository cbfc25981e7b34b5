import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { must, run } from '../../scripts/lib/run.ts';
import { BASE } from './base.ts';
import { docker } from './docker.ts';
import { sshArguments } from './shell.ts';
import { KEY, KNOWN_HOSTS, STATE } from './state.ts';
import { HOSTS } from './table.ts';
import { up } from './up.ts';

const ROOT = join(import.meta.dirname, '../..');
const BOTH = HOSTS.filter((host) => host.always);

describe('inventory/local.yaml', () => {
  const text = readFileSync(join(ROOT, 'inventory/local.yaml'), 'utf8');
  const { all } = parse(text);

  it('names the hosts and ports of the table', () => {
    const groups = Object.values(all.children.local.children) as {
      hosts: Record<string, { ansible_port: number }>;
    }[];
    const named = groups.flatMap(({ hosts }) =>
      Object.entries(hosts).map(([name, vars]) => [name, vars.ansible_port]),
    );
    assert.deepEqual(
      named,
      BOTH.map((host) => [host.name, host.sshPort]),
    );
    assert.equal(all.vars.ansible_host, '127.0.0.1');
  });

  it('names the key and the known hosts that `hosts up` keeps', () => {
    const inventory = join(ROOT, 'inventory');
    assert.equal(join(inventory, all.vars.ansible_ssh_private_key_file), KEY);
    assert.equal(join(inventory, all.vars.mama_known_hosts), KNOWN_HOSTS);
  });
});

describe('the test hosts @host', () => {
  before(async function () {
    this.timeout(600_000);
    await up(BOTH, { yes: true });
  });

  for (const host of BOTH) {
    it(`${host.name}: login with the key, host key verified, root through sudo`, async () => {
      assert.equal((await must('ssh', [...sshArguments(host), 'sudo', '-n', 'hostname'])).trim(), host.name);
    });

    it(`${host.name}: nosudo may log in and not become root`, async () => {
      const { code, stderr } = await run('ssh', [...sshArguments(host, 'nosudo'), 'sudo', '-n', 'id']);
      assert.equal(code, 1);
      assert.match(stderr, /^sudo: /m);
    });

    it(`${host.name}: a container of its own engine reaches the Debian mirror`, async () => {
      const inside = ['exec', host.name, 'docker', 'run', '--rm', BASE];
      assert.match(await docker([...inside, 'apt-get', 'update']), /bookworm/);
    });

    it(`${host.name}: SSH is on loopback only`, async () => {
      const ports = JSON.parse(
        await docker(['inspect', '--format', '{{json .HostConfig.PortBindings}}', host.name]),
      );
      assert.deepEqual(ports, { '22/tcp': [{ HostIp: '127.0.0.1', HostPort: String(host.sshPort) }] });
    });

    it(`${host.name}: is not --privileged`, async () => {
      assert.equal(
        (await docker(['inspect', '--format', '{{.HostConfig.Privileged}}', host.name])).trim(),
        'false',
      );
    });
  }

  it('the state is for its owner only', () => {
    assert.equal(statSync(STATE).mode & 0o777, 0o700);
    assert.equal(statSync(KEY).mode & 0o777, 0o600);
  });

  /** How long this machine takes, as busy as it is, for what an idle one does in about a second. */
  async function tenLooks(): Promise<number> {
    const began = Date.now();
    for (let i = 0; i < 10; i += 1) await docker(['container', 'inspect', BOTH[0]!.name]);
    return Date.now() - began;
  }

  it('a second `up` keeps the containers and takes less than 5 s, or longer on a busy machine', async () => {
    const ids = () =>
      docker(['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', ...BOTH.map((host) => host.name)]);
    const before = await ids();
    const began = Date.now();
    await up(BOTH, { yes: true });
    const took = Date.now() - began;
    assert.equal(await ids(), before);
    const most = Math.max(5000, 5 * (await tenLooks()));
    assert.ok(took < most, `${took} ms of ${most}`);
  });
});
