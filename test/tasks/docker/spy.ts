import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Running } from '../harness.ts';
import { withDocker } from './engine.ts';

/** A `docker` that notes its arguments in a file and then becomes the real one: what `ps` would have shown. */
export function spied(dir: string): { readonly running: Running; said(): string } {
  const [real] = withDocker().tools!;
  const log = join(dir, 'docker-arguments');
  mkdirSync(dir, { recursive: true });
  writeFileSync(log, '');
  executable(join(dir, 'docker'), `#!/bin/sh\nprintf '%s\\n' "$@" >>'${log}'\nexec '${real}/docker' "$@"\n`);
  return { running: { tools: [dir] }, said: () => readFileSync(log, 'utf8') };
}

/** A fake `docker` for tests that need no engine: prints its arguments, one line each, and its stdin. */
export function fakeDocker(dir: string): Running {
  mkdirSync(dir, { recursive: true });
  executable(join(dir, 'docker'), FAKE);
  return { tools: [dir] };
}

const FAKE = `#!/bin/sh
case "$1 $2" in
  'container inspect') exit 1 ;;
  'run '*) for word; do printf '[%s]\\n' "$word"; done; printf 'exported: %s\\n' "$MULTI" ;;
esac
`;

export function executable(path: string, content: string): void {
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}
