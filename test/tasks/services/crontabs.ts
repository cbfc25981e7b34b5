import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sh, withInput } from '../../../src/runner/contract/script.ts';
import type { Ground } from '../harness.ts';

/**
 * A directory for `running.tools` with the real `crontab` of Debian, whose tables are the ground's `tables` and not
 * those of this machine.
 */
export function crontabTools(): { readonly tools: string; remove(): void } {
  const tools = mkdtempSync(join(tmpdir(), 'mama-play-cron-'));
  chmodSync(tools, 0o755);
  const script = `#!/bin/sh
T=$(cd ../host/tables && pwd) || exit 70
export T
exec /usr/bin/unshare -m /bin/sh -c '/bin/mount --bind "$T" /var/spool/cron/crontabs && exec /usr/bin/crontab "$@"' sh "$@"
`;
  writeFileSync(join(tools, 'crontab'), script, { mode: 0o755 });
  return { tools, remove: () => rmSync(tools, { recursive: true, force: true }) };
}

/** Gives root a table. */
export function layTable(ground: Ground, text: string): void {
  ground.lay({ tables: null });
  if (text !== '') assert.equal(ground.run(withInput(sh`crontab -`, text)).code, 0);
}

/** What a user's table holds; empty where there is none. */
export function table(ground: Ground, user = 'root'): string {
  return String(Buffer.from(ground.run(sh`crontab -u ${user} -l`).out));
}
