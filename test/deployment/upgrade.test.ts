import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { run } from '../../scripts/lib/run.ts';
import { mamaPlay, ROOT } from '../e2e/lib/play.ts';

/** An engine on which everything is well, and nothing can be built. */
const DOCKER = `#!/bin/sh
case "$*" in
*Health*) echo healthy ;;
'inspect --format {{.Image}} '*) [ ! -e "$MAMA_TRIED/gone" ] && echo sha256:1 ;;
tag*) echo "$*" >>"$MAMA_TRIED/said" ;;
*) exit 1 ;;
esac
`;
const SUPERVISORCTL = `#!/bin/sh
case "$1" in
restart) echo "$1 \${2%:*}" >>"$MAMA_TRIED/said" ;;
status) for name in vumi_api freeswitch vxfreeswitch_registration vxfreeswitch_outbound; do echo "$name RUNNING pid 1, uptime 1:00:00"; done ;;
esac
`;

describe('an upgrade', function () {
  this.timeout(120_000);

  it('is refused of what has none, and not passed over @slow', async () => {
    for (const service of ['redis', 'static_reply_sms', 'mamangcontrolcelery']) {
      const values = JSON.stringify({ ansible_become: false, service });
      const { code, stdout } = await mamaPlay([
        ...['playbooks/upgrade.yaml', '-i', 'inventory/local.yaml', '-c', 'local', '--check', '-e', values],
      ]);
      assert.equal(code, 2, service);
      assert.match(stdout, /site\.yaml brings \S+ up to date/, service);
    }
  });

  describe('on -infr that fails @slow', () => {
    let place: string;
    beforeEach(() => {
      place = mkdtempSync(join(tmpdir(), 'mama-upgrade-'));
      for (const name of ['roles', 'docker-vms', 'files', 'test'])
        symlinkSync(join(ROOT, name), join(place, name));
      for (const [name, text] of Object.entries({ docker: DOCKER, supervisorctl: SUPERVISORCTL, said: '' })) {
        writeFileSync(join(place, name), text);
        chmodSync(join(place, name), 0o755);
      }
    });
    afterEach(() => rmSync(place, { recursive: true }));

    const upgrade = (service: string) => {
      const role = { import_role: { name: 'infr', tasks_from: 'upgrade' } };
      writeFileSync(
        join(place, 'play.yaml'),
        stringify([{ hosts: 'infr', tasks: [{ name: 'It', ...role }] }]),
      );
      const values = { ansible_become: false, service };
      return run(
        process.execPath,
        [
          ...[join(ROOT, 'dist/main.js'), join(place, 'play.yaml'), '-i', 'inventory/local.yaml'],
          ...['-c', 'local', '-e', JSON.stringify(values)],
        ],
        { cwd: ROOT, env: { PATH: `${place}:${process.env['PATH']}`, MAMA_TRIED: place } },
      );
    };
    const said = () => readFileSync(join(place, 'said'), 'utf8').trim().split('\n');

    const undone: readonly [string, string, readonly string[]][] = [
      ['vumi_api', 'mama-ng-vumi-api', ['vumi_api']],
      [
        'vxfreeswitch_outbound',
        'mama-ng-vxfreeswitch',
        ['vxfreeswitch_registration', 'vxfreeswitch_outbound'],
      ],
      [
        'freeswitch',
        'mama-ng-freeswitch',
        ['freeswitch', 'vxfreeswitch_registration', 'vxfreeswitch_outbound'],
      ],
    ];
    for (const [service, image, programs] of undone) {
      it(`is undone for all that shares the image or the network: ${service}`, async () => {
        const { code, stdout, stderr } = await upgrade(service);
        assert.equal(code, 2, stdout + stderr);
        assert.match(
          stdout,
          /did not become well; the one before it runs[\s\S]*the next site\.yaml takes it again/,
        );
        assert.deepEqual(said(), [
          `tag sha256:1 ${image}:previous`,
          `tag ${image}:previous ${image}:latest`,
          ...programs.map((program) => `restart ${program}`),
        ]);
      });
    }

    it('does not bring back what an earlier one kept, where nothing runs', async () => {
      writeFileSync(join(place, 'gone'), '');
      const { code, stdout, stderr } = await upgrade('vumi_api');
      assert.equal(code, 2, stdout + stderr);
      assert.match(stdout, /vumi_api is not there: site\.yaml makes it/);
      assert.deepEqual(said(), ['']);
    });
  });
});
