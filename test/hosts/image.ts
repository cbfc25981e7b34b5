import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builderEnvironment, docker, labelOf } from './docker.ts';
import { fingerprint } from './fingerprint.ts';
import { MADE_FROM, type TestHost } from './table.ts';

const CONTEXT = join(import.meta.dirname, 'image');

/** Builds the image of this stage where it is missing or its definition changed. Returns its name. */
export async function ensureImage(stage: TestHost['stage'] | 'vm-tools', base: string): Promise<string> {
  const name = `mama-test-host:${stage}`;
  const wanted = fingerprint(
    base,
    readdirSync(CONTEXT).map((file) => [file, readFileSync(join(CONTEXT, file), 'utf8')]),
  );
  if ((await labelOf('image', name, MADE_FROM)) === wanted) return name;
  console.log(`building ${name}`);
  await docker(
    ['build', '--target', stage, '--build-arg', `BASE_IMAGE=${base}`, '-q'].concat([
      '--label',
      `${MADE_FROM}=${wanted}`,
      '-t',
      name,
      CONTEXT,
    ]),
    { env: await builderEnvironment() },
  );
  return name;
}
