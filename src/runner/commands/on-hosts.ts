import { type Diagnostic, isError } from '../contract/diagnostic.ts';
import { type Fragment, type Identity, isTrouble, type Reply, type Trouble } from '../contract/exchange.ts';
import { maskDiagnostic } from '../contract/mask-event.ts';
import { Secrets } from '../contract/secret.ts';
import type { Lease } from '../engine/lease.ts';
import { Lines } from '../engine/lines.ts';
import type { Machine } from '../engine/machine.ts';
import { findHost } from '../language/inventory.ts';
import type { InventoryHost } from '../language/model.ts';
import { selectHosts } from '../language/pattern.ts';
import { Vaults } from '../language/vaults.ts';
import { hostScope, type RunContext } from '../plan/context.ts';
import { pathMagic } from '../plan/magic.ts';
import { Sources } from '../plan/sources.ts';
import { becomeDefaults } from '../plan/target.ts';
import { paintFor } from '../report/paint.ts';
import { Refusals } from '../report/refusals.ts';
import type { StateOptions } from '../state-command-line.ts';
import { fileAccess } from './files.ts';
import { askPasswords, connectionFlags, resolver, targetsOf } from './play.ts';
import { limitOf, pathsOf, readInventory } from './project.ts';
import type { Terminal } from './terminal.ts';
import { vaultPasswords } from './vault-passwords.ts';
import { withVaults } from './vault-reading.ts';

/** A host that answers, for one of its users. */
export interface AskedHost {
  readonly name: string;
  readonly machine: Machine;
  /** Whose state is asked for: root's where the inventory or `-b` says become, else the login user's. */
  readonly identity: Identity;
  /** The inventory has a host of this name. */
  readonly isKnown: (name: string) => boolean;
}

/** What came of one host. */
export type HostEnd = 'done' | 'failed' | 'unreachable' | 'locked';

/** How one host's answers are told, secrets masked. */
export interface HostsOut {
  /** A line for people, or the event in its place. */
  say(text: string, event: object): void;
  trouble(host: string, trouble: Trouble): HostEnd;
}

/**
 * Reads an inventory, connects to its hosts, and does `work` on each of them side by side. Resolves to the exit code.
 */
export async function onHosts(
  options: StateOptions,
  terminal: Terminal,
  leaseFor: ((host: string, identity: Identity) => Lease) | null,
  work: (host: AskedHost, out: HostsOut) => Promise<HostEnd>,
): Promise<number> {
  const secrets: Secrets = new Secrets(() => vaults.fingerprintKey());
  const vaults = new Vaults(vaultPasswords(options.vault, terminal), secrets);
  const refusals = new Refusals(paintFor(terminal.errColour));
  const json = options.output === 'json';
  const tell = (diagnostic: Diagnostic, host?: string): void => {
    const masked = maskDiagnostic(diagnostic, secrets);
    const { code, message: msg, hint } = masked;
    if (json && isError(diagnostic))
      terminal.out(`${JSON.stringify({ event: 'error', host, code, msg, hint })}\n`);
    else terminal.err(refusals.format(masked));
  };
  const files = fileAccess(terminal.cwd, terminal.home, vaults);
  const chosen = await withVaults(vaults, () => chooseHosts(options, files, terminal.cwd));
  const given = connectionFlags(options, terminal);
  const wrong = [...chosen.diagnostics, ...targetsOf(chosen, given).diagnostics];
  for (const diagnostic of wrong) tell(diagnostic);
  if (wrong.some(isError)) return 1;
  const passwords = await askPasswords(options, terminal);
  if (passwords === null) {
    tell({
      code: 'no-terminal',
      message: 'a password is to be asked for, but there is no terminal to ask on',
    });
    return 1;
  }
  const flags = { ...given, ...passwords };
  const identityOf = (name: string): Identity => {
    const host = findHost(chosen.inventory, name)!;
    const defaults = becomeDefaults(hostScope(chosen.context, host), flags);
    const active = 'become' in defaults && defaults.become.active;
    return active ? { kind: 'become', method: 'sudo', user: defaults.become.user } : { kind: 'login' };
  };
  const { connector } = await import('../connection/connect.ts');
  const warn = (message: string) => terminal.err(`warning: ${secrets.mask(message)}\n`);
  const lines = new Lines(
    connector({ env: terminal.env, askPassphrase: (prompt) => terminal.askSecret(prompt), warn }),
    resolver(chosen, flags, secrets),
    () => {},
    (host) => leaseFor?.(host, identityOf(host)) ?? null,
    (host, msg) => warn(`${host}: ${msg}`),
    [],
  );
  const out: HostsOut = {
    say: (text, event) => terminal.out(`${secrets.mask(json ? JSON.stringify(event) : text)}\n`),
    trouble: (host, { trouble, message, hint }) => {
      const end = END_OF[trouble];
      const code = end === 'failed' ? trouble : end;
      tell({ code, message, ...(hint === undefined ? {} : { hint }) }, host);
      return end;
    },
  };
  const ends = await Promise.all(
    chosen.hosts.map(async ({ name }): Promise<HostEnd> => {
      const machine = await lines.machine(name);
      if (isTrouble(machine)) return out.trouble(name, machine);
      const isKnown = (other: string) => findHost(chosen.inventory, other) !== undefined;
      return work({ name, machine, identity: identityOf(name), isKnown }, out);
    }),
  );
  await lines.close();
  return ends.includes('locked') ? 5 : ends.includes('failed') ? 2 : ends.includes('unreachable') ? 4 : 0;
}

const END_OF: Readonly<Record<Trouble['trouble'], Exclude<HostEnd, 'done'>>> = {
  unreachable: 'unreachable',
  lost: 'unreachable',
  locked: 'locked',
  become: 'failed',
  unfit: 'failed',
  source: 'failed',
};

/** Asks one question. */
export async function askOne({ machine, identity }: AskedHost, fragment: Fragment): Promise<Reply | Trouble> {
  const [said] = await machine.ask([{ identity, probes: [fragment] }]);
  return isTrouble(said!) ? said : (said!.answers[0] as Reply);
}

/** The hosts of the inventory that `--limit` leaves. */
function chooseHosts(options: StateOptions, files: ReturnType<typeof fileAccess>, cwd: string) {
  const diagnostics: Diagnostic[] = [];
  const take = <T>({ value, diagnostics: found }: { value: T; diagnostics: readonly Diagnostic[] }): T => {
    diagnostics.push(...found);
    return value;
  };
  const inventory = take(readInventory(options.inventory, files, cwd));
  const context: RunContext = {
    inventory,
    extra: null,
    check: true,
    sources: new Sources(files),
    become: { active: options.become, user: options.becomeUser },
    given: pathMagic(pathsOf(options, inventory, cwd)),
  };
  const limit = limitOf(options, cwd, files, take);
  const all = { source: 'all', at: { file: 'PATTERN', line: 1, column: 1 } };
  const { hosts: names, note } = take(selectHosts(all, inventory, limit ?? undefined));
  if (names.length === 0 && !diagnostics.some(isError))
    diagnostics.push({ code: 'no-hosts', message: note ?? 'the inventory has no hosts' });
  const hosts = names
    .map((name) => findHost(inventory, name))
    .filter((host): host is InventoryHost => host !== undefined);
  return { inventory, context, hosts, plays: [{ hosts }], diagnostics };
}
