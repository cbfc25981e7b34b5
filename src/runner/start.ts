import { type Invocation, readCommandLine } from './cli.ts';
import { formatInternalError } from './commands/internal-error.ts';
import { terminalOf } from './commands/process-terminal.ts';
import type { Terminal } from './commands/terminal.ts';

/** Run the command line to its end and leave the exit code on the process. */
export async function start(argv: readonly string[], host: NodeJS.Process): Promise<void> {
  const terminal = terminalOf(host);
  try {
    host.exitCode = await perform(readCommandLine(argv), terminal);
  } catch (error) {
    terminal.err(formatInternalError(error, argv));
    host.exitCode = 70;
  }
  terminal.done();
}

async function perform(invocation: Invocation, terminal: Terminal): Promise<number> {
  switch (invocation.kind) {
    case 'print':
      terminal.out(invocation.text);
      return 0;
    case 'wrong':
      terminal.err(`mama-play: ${invocation.message}\n  mama-play --help shows how it is used\n`);
      return 1;
    case 'inventory': {
      const { runInventory } = await import('./commands/show-inventory.ts');
      return runInventory(invocation.options, terminal);
    }
    case 'doc': {
      const { runDoc } = await import('./commands/show-doc.ts');
      return runDoc(invocation.type, terminal);
    }
    case 'play': {
      const { playCommand } = await import('./commands/play.ts');
      return playCommand(invocation.options, terminal);
    }
  }
}
