import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../scripts/lib/run.ts';
import { ensureBase } from './base.ts';
import { ensureImage } from './image.ts';
import { HOSTS } from './table.ts';

const HERE = import.meta.dirname;

describe('the test hosts as virtual machines @host', () => {
  let image: string;

  before(async function () {
    this.timeout(300_000);
    image = await ensureImage('vm-tools', await ensureBase({ yes: true }));
  });

  /** Runs a command in a container that holds the descriptions in its working directory. */
  async function inTools(command: string) {
    const script = `tar -c -C "$1" Vagrantfile multipass |
      docker run --rm -i --network none "$2" sh -c 'mkdir /vms && cd /vms && tar -x && { ${command}; }' 2>&1`;
    return run('sh', ['-c', script, 'sh', HERE, image]);
  }

  it('Vagrantfile is valid and describes both', async () => {
    const { code, stdout } = await inTools('vagrant validate --ignore-provider');
    assert.equal(code, 0, stdout);
    for (const host of HOSTS.filter((one) => one.always))
      assert.match(stdout, new RegExp(`==> ${host.name}:`));
  });

  it('the cloud-init files are valid, one per host', async () => {
    const files = HOSTS.filter((host) => host.always).map((host) => `${host.name}.yaml`);
    assert.deepEqual(readdirSync(join(HERE, 'multipass')).sort(), files.sort());
    for (const file of files) {
      const { code, stdout } = await inTools(`cloud-init schema --config-file multipass/${file}`);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /^Valid cloud-config/m);
    }
  });

  it('an invalid one would be noticed', async () => {
    const said = await inTools(
      'echo "users: 7" >> multipass/mama-app.yaml; cloud-init schema --config-file multipass/mama-app.yaml',
    );
    assert.notEqual(said.code, 0);
  });
});
