import { isTrouble, type Trouble, text } from '../contract/exchange.ts';
import { type DebtPlace, isOwedBy, type OwedAt, readDebts } from '../engine/debt-file.ts';
import { allDebts, forgive } from '../engine/debts.ts';
import { Lease } from '../engine/lease.ts';
import type { DebtsOptions } from '../state-command-line.ts';
import { type AskedHost, askOne, type HostEnd, type HostsOut, onHosts } from './on-hosts.ts';
import { holderOf } from './play.ts';
import type { Terminal } from './terminal.ts';

/** `mama-play debts`: the handlers that hosts are owed, or one of them forgiven. Resolves to the exit code. */
export async function runDebts(options: DebtsOptions, terminal: Terminal): Promise<number> {
  if (!options.forgive) return onHosts(options, terminal, null, show);
  const { handler, reason } = options.forgive;
  const holder = holderOf(terminal);
  let found = false;
  const code = await onHosts(
    options,
    terminal,
    (host, identity) =>
      new Lease(identity, holder, (last) =>
        terminal.err(
          `note: ${host}: its last run was cut off (${last}); what it left running is waited for\n`,
        ),
      ),
    async (host, out) => {
      const refused = await take(host);
      if (refused) return out.trouble(host.name, refused);
      const owed = await ask(host);
      if (isTrouble(owed)) return out.trouble(host.name, owed);
      for (const one of owed.filter(({ handlers }) => handlers.includes(handler))) {
        found = true;
        const said = await host.machine.say(
          host.identity,
          [forgive(one, [handler], terminal.identity, reason)],
          [],
        );
        if (isTrouble(said)) return out.trouble(host.name, said);
        const [answer] = said.answers;
        if (answer?.kind !== 'reply' || answer.code !== 0)
          return out.trouble(host.name, unwritten(host, answer?.kind === 'reply' ? text(answer.err) : ''));
        const { project, playbook, play } = one;
        out.say(`${host.name}: "${handler}" of ${placeText(one)} is owed no more`, {
          event: 'forgiven',
          host: host.name,
          project,
          playbook,
          play,
          handler,
          reason,
        });
      }
      return 'done';
    },
  );
  if (found || code !== 0) return code;
  const msg = `no host is owed "${handler}"`;
  const hint = 'mama-play debts -i INVENTORY shows what is owed';
  if (options.output === 'json')
    terminal.out(`${JSON.stringify({ event: 'error', code: 'not-owed', msg, hint })}\n`);
  else terminal.err(`mama-play: ${msg}\n  ${hint}\n`);
  return 1;
}

async function show(host: AskedHost, out: HostsOut): Promise<HostEnd> {
  const owed = await ask(host);
  if (isTrouble(owed)) return out.trouble(host.name, owed);
  const { name } = host;
  const debts = owed.flatMap((one) => one.handlers.map((handler) => ({ ...one, handler })));
  // Each user of a host has debts of its own.
  const asked = host.identity.kind === 'login' ? ' (as the login user; -b asks as root)' : '';
  if (debts.length === 0)
    out.say(`${name}: nothing is owed${asked}`, { event: 'debts', host: name, owed: 0 });
  for (const { project, playbook, play, handler } of debts)
    out.say(`${name}: "${handler}" of ${placeText({ project, playbook, play })}`, {
      event: 'debt',
      host: name,
      project,
      playbook,
      play,
      handler,
    });
  return 'done';
}

async function ask(host: AskedHost): Promise<readonly OwedAt[] | Trouble> {
  const reply = await askOne(host, allDebts());
  if (isTrouble(reply)) return reply;
  const owed = reply.code === 0 ? readDebts(text(reply.out)) : null;
  if (owed) return owed.filter((one) => isOwedBy(host.name, one, host.isKnown));
  const why = text(reply.err).trim() || 'its file was written by another version of mama-play';
  return {
    kind: 'trouble',
    trouble: 'unfit',
    message: `what ${host.name} is owed can't be read: ${why}`,
  };
}

/** The lease, so that no run is at work on what is changed; or who has it. */
async function take({ name, machine }: AskedHost): Promise<Trouble | null> {
  await machine.runErrands();
  const outcome = await machine.lease!.wait();
  if (outcome.kind === 'held' || outcome.kind === 'held-by-user') return null;
  if (outcome.kind === 'none')
    return { kind: 'trouble', trouble: 'unfit', message: `no lease on ${name}: ${outcome.because}` };
  const message = `${name} is held by another run: ${outcome.holder}`;
  return { kind: 'trouble', trouble: 'locked', message, hint: 'wait for that run to end, then forgive' };
}

function unwritten({ name }: AskedHost, why: string): Trouble {
  return {
    kind: 'trouble',
    trouble: 'unfit',
    message: `the debt on ${name} could not be changed: ${why.trim() || 'the shell said nothing'}`,
  };
}

function placeText({ project, playbook, play }: DebtPlace): string {
  return `play "${play}" (${playbook} of ${project})`;
}
