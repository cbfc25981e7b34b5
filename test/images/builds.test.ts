import assert from 'node:assert/strict';
import { ensureBase } from '../hosts/base.ts';
import { docker } from '../hosts/docker.ts';
import { PREFIX } from './lib/docker.ts';
import { buildOn, IMAGES, type ImageName, ours } from './lib/images.ts';

interface ImageConfig {
  readonly Entrypoint: readonly string[];
  readonly Healthcheck?: { readonly Test: readonly string[] };
  readonly Env: readonly string[];
}

async function config(name: string): Promise<ImageConfig> {
  return JSON.parse(await docker(['image', 'inspect', '--format', '{{json .Config}}', name]));
}

describe('the images @host', function () {
  this.timeout(300_000);

  for (const name of Object.keys(IMAGES) as ImageName[]) {
    it(`${name} builds on nothing but Debian and without a network`, async () => {
      const tag = `${PREFIX}-plain-${name}`;
      const options = ['--network', 'none', '--label', `mama-test.images=${process.pid}`];
      await buildOn(`docker-vms/${name}`, tag, await ensureBase({ yes: true }), options);
      assert.deepEqual((await config(tag)).Entrypoint.length, 1);
      await docker(['rmi', tag]);
    });

    it(`${name} builds on its base, with a health check and no secret`, async () => {
      const made = await config(await ours(name));
      assert.match(made.Entrypoint.join(' '), /^\/usr\/local\/bin\/mama-[a-z-]+$/);
      assert.equal(made.Healthcheck?.Test[0], 'CMD');
      for (const variable of made.Env) assert.doesNotMatch(variable, /(PASSWORD|SECRET|TOKEN)\w*=/i);
    });
  }
});
