import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PlayOptions, readCommandLine } from '../../src/runner/cli.ts';
import { fileAccess } from '../../src/runner/commands/files.ts';
import { readProject } from '../../src/runner/commands/project.ts';
import { keepFile } from '../../src/runner/commands/write-whole.ts';
import { connector } from '../../src/runner/connection/connect.ts';
import type { Diagnostic } from '../../src/runner/contract/diagnostic.ts';
import type { RecapEvent, RunEvent, TaskEvent } from '../../src/runner/contract/event.ts';
import type { Connect } from '../../src/runner/contract/exchange.ts';
import { Secrets } from '../../src/runner/contract/secret.ts';
import type { Holder } from '../../src/runner/engine/lease.ts';
import { type RunOptions, runPlays } from '../../src/runner/engine/run.ts';
import { findHost } from '../../src/runner/language/inventory.ts';
import type { Play } from '../../src/runner/language/model.ts';
import { hostScope } from '../../src/runner/plan/context.ts';
import { resolveTarget } from '../../src/runner/plan/target.ts';
import { taskTypes } from '../../src/runner/tasks/index.generated.ts';

export interface RanHere {
  readonly events: readonly RunEvent[];
  readonly tasks: readonly TaskEvent[];
  readonly recap: RecapEvent | null;
  readonly refused: readonly Diagnostic[];
}

/** Write files below a folder: path → text. */
export function writeFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const full = join(dir, path);
    mkdirSync(join(full, '..'), { recursive: true });
    writeFileSync(full, text);
  }
}

/**
 * Run a playbook of `dir` in this process, with the real language, plan, engine and connections. `args` is a command
 * line; the inventory should use local connections. Leases are taken for `holder` only;
 * `around` may stand between the run and its lines; `more` is added to the run's options.
 */
export async function runHere(
  dir: string,
  args: readonly string[],
  holder: Holder | null = null,
  around: (connect: Connect) => Connect = (connect) => connect,
  more: (plays: readonly Play[]) => Partial<RunOptions> = () => ({}),
): Promise<RanHere> {
  const invocation = readCommandLine(args);
  if (invocation.kind !== 'play') throw new Error(`not a play: ${JSON.stringify(invocation)}`);
  const options: PlayOptions = invocation.options;
  const project = readProject(options, fileAccess(dir, '/root'), dir, taskTypes, '0.1.2');
  const refused = project.diagnostics.filter((diagnostic) => diagnostic.severity !== 'warning');
  if (refused.length > 0) return { events: [], tasks: [], recap: null, refused };
  const events: RunEvent[] = [];
  const flags = { inventoryDir: dir, home: '/root' };
  const recap = await runPlays({
    plays: project.plays,
    context: project.context,
    connect: around(
      connector({ env: { ...process.env, MAMA_PLAY_STATE_DIR: stateDir(dir) }, warn: () => {} }),
    ),
    resolve: (name) => {
      const resolved = resolveTarget(
        name,
        hostScope(project.context, findHost(project.inventory, name)!),
        flags,
      );
      if ('diagnostics' in resolved) throw new Error(resolved.diagnostics[0]!.message);
      return resolved.target;
    },
    emit: (event) => events.push(event),
    keep: keepFile,
    ask: null,
    secrets: new Secrets(),
    holder,
    redialPauses: [0.01, 0.05],
    forks: options.forks,
    batching: options.batching,
    forceHandlers: options.forceHandlers,
    ...more(project.plays.map(({ play }) => play)),
  });
  const tasks = events.filter((event): event is TaskEvent => event.event === 'task');
  return { events, tasks, recap, refused: [] };
}

/** Where leases and debts of a test lie: away from those of other runs on this machine, and gone with the process. */
export function stateDir(dir: string): string {
  if (!states) {
    states = mkdtempSync(join(tmpdir(), 'mama-states-'));
    chmodSync(states, 0o1777);
    process.once('exit', () => rmSync(states, { recursive: true, force: true }));
  }
  return join(states, dir.replaceAll('/', '+'));
}

let states = '';

/** Everything below a directory that a person could see of it but times: one line per entry. */
export function snapshot(dir: string): string[] {
  const lines: string[] = [];
  const visit = (path: string, below: string) => {
    for (const name of readdirSync(path).sort()) {
      const full = join(path, name);
      const here = below ? `${below}/${name}` : name;
      const stat = lstatSync(full);
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isSymbolicLink()) lines.push(`${here} -> ${readlinkSync(full)}`);
      else if (stat.isDirectory()) {
        lines.push(`${here}/ ${mode} ${stat.uid}:${stat.gid}`);
        visit(full, here);
      } else {
        const hash = createHash('sha256').update(readFileSync(full)).digest('hex');
        lines.push(`${here} ${mode} ${stat.uid}:${stat.gid} ${hash}`);
      }
    }
  };
  visit(dir, '');
  return lines;
}
