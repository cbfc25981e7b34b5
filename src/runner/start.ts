import { type Invocation, readCommandLine } from './cli.ts';
import { formatInternalError } from './commands/internal-error.ts';
import { terminalOf } from './commands/process-terminal.ts';
import type { Terminal } from './commands/terminal.ts';

/** Run the command line to its end and leave the exit code on the process. */
export async function start(argv: readonly string[], host: NodeJS.Process, version: string): Promise<void> {
  const terminal = terminalOf(host);
  try {
    host.exitCode = await perform(readCommandLine(argv), terminal, { argv, version });
  } catch (error) {
    terminal.err(formatInternalError(error, argv, version));
    host.exitCode = 70;
  }
  terminal.done();
}

interface Asked {
  readonly argv: readonly string[];
  readonly version: string;
}

async function perform(invocation: Invocation, terminal: Terminal, asked: Asked): Promise<number> {
  switch (invocation.kind) {
    case 'version':
      terminal.out(`mama-play ${asked.version}\n`);
      return 0;
    case 'help':
      terminal.out(invocation.text);
      return 0;
    case 'wrong':
      refuse(invocation.message, terminal, asked.argv);
      return 1;
    case 'inventory': {
      const { runInventory } = await import('./commands/show-inventory.ts');
      return runInventory(invocation.options, terminal);
    }
    case 'doc': {
      const { runDoc } = await import('./commands/show-doc.ts');
      return runDoc(invocation.type, terminal);
    }
    case 'exec': {
      const { runExec } = await import('./commands/exec.ts');
      return runExec(invocation.options, terminal);
    }
    case 'lint': {
      const { runLint } = await import('./commands/lint.ts');
      return runLint(invocation.options, terminal, asked.version);
    }
    case 'plan': {
      const { runPlan } = await import('./commands/plan.ts');
      return runPlan(invocation.options, invocation.out, terminal, asked.version);
    }
    case 'apply': {
      const { runApply } = await import('./commands/apply.ts');
      return runApply(invocation.options, terminal, asked.version);
    }
    case 'resume': {
      const { runResume } = await import('./commands/resume.ts');
      return runResume(invocation.options, terminal, asked.version);
    }
    case 'runs': {
      const { runRuns } = await import('./commands/runs.ts');
      return runRuns(invocation.options, terminal);
    }
    case 'schema': {
      const { printSchema } = await import('./commands/schema.ts');
      terminal.out(printSchema(invocation.of));
      return 0;
    }
    case 'init': {
      const { runInit } = await import('./commands/init.ts');
      return runInit(invocation.dir, terminal);
    }
    case 'completion': {
      const { completion } = await import('./commands/completion.ts');
      terminal.out(completion(invocation.shell));
      return 0;
    }
    case 'locks': {
      const { runLocks } = await import('./commands/locks.ts');
      return runLocks(invocation.options, terminal);
    }
    case 'debts': {
      const { runDebts } = await import('./commands/debts.ts');
      return runDebts(invocation.options, terminal);
    }
    case 'vault': {
      const { runVault } = await import('./commands/vault.ts');
      return runVault(invocation.options, terminal);
    }
    case 'play': {
      const { playCommand } = await import('./commands/play.ts');
      return playCommand(invocation.options, terminal, asked.version);
    }
  }
}

/** Who asked for JSON reads stdout only: there it is told, though the command line was not understood. */
function refuse(msg: string, terminal: Terminal, argv: readonly string[]): void {
  const hint = 'mama-play --help shows how it is used';
  const wantsJson = argv.some(
    (word, at) => word === '--output=json' || (word === 'json' && argv[at - 1] === '--output'),
  );
  if (wantsJson) terminal.out(`${JSON.stringify({ event: 'error', code: 'usage', msg, hint })}\n`);
  else terminal.err(`mama-play: ${msg}\n  ${hint}\n`);
}
