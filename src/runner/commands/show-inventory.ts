import { resolve } from 'node:path';
import type { InventoryOptions } from '../cli.ts';
import { isError } from '../contract/diagnostic.ts';
import { maskDiagnostic } from '../contract/mask-event.ts';
import { Secrets } from '../contract/secret.ts';
import { loadInventory } from '../language/inventory.ts';
import type { Pattern } from '../language/model.ts';
import { readLimit } from '../language/pattern.ts';
import { Vaults } from '../language/vaults.ts';
import { hostScope, type RunContext } from '../plan/context.ts';
import { pathMagic } from '../plan/magic.ts';
import { Sources } from '../plan/sources.ts';
import { paintFor } from '../report/paint.ts';
import { Refusals } from '../report/refusals.ts';
import { fileAccess } from './files.ts';
import { inventoryCommand } from './inventory.ts';
import { pathsOf } from './project.ts';
import type { Terminal } from './terminal.ts';
import { vaultPasswords } from './vault-passwords.ts';
import { withVaults } from './vault-reading.ts';

/** `mama-play inventory`: resolves to the exit code. */
export async function runInventory(options: InventoryOptions, terminal: Terminal): Promise<number> {
  const secrets: Secrets = new Secrets(() => vaults.fingerprintKey());
  const vaults = new Vaults(vaultPasswords(options.vault, terminal), secrets);
  const files = fileAccess(terminal.cwd, terminal.home, vaults);
  const paths = options.inventory.map((path) => (path.includes(',') ? path : resolve(terminal.cwd, path)));
  const loaded = await withVaults(vaults, () => loadInventory(paths, files));
  const context: RunContext = {
    inventory: loaded.value,
    extra: null,
    check: false,
    sources: new Sources(files),
    become: { active: false, user: null },
    given: pathMagic(pathsOf(options, loaded.value, terminal.cwd)),
  };
  const limit =
    options.limit === null
      ? null
      : readLimit(limitOf(options.limit), (path) => files.read(resolve(terminal.cwd, path)));
  const answer = inventoryCommand({
    view: options.show,
    inventory: loaded.value,
    scopeOf: (host) => hostScope(context, host),
    mask: (value) => secrets.maskJson(value),
    ...(limit ? { limit: limit.value } : {}),
  });
  const diagnostics = [...loaded.diagnostics, ...(limit?.diagnostics ?? []), ...answer.diagnostics];
  const refusals = new Refusals(paintFor(terminal.errColour));
  for (const diagnostic of diagnostics) terminal.err(refusals.format(maskDiagnostic(diagnostic, secrets)));
  if (diagnostics.some(isError)) return 1;
  if (answer.text !== null) terminal.out(answer.text.endsWith('\n') ? answer.text : `${answer.text}\n`);
  return 0;
}

function limitOf(source: string): Pattern {
  return { source, at: { file: '--limit', line: 1, column: 1 } };
}
