import { resolve } from 'node:path';
import type { PlayOptions } from '../cli.ts';
import { PlanRecorder, Shown } from '../engine/planned.ts';
import { type Bind, keepSeen } from './binding.ts';
import { keepText, type SeenMark } from './kept-text.ts';
import { playCommand } from './play.ts';
import { hostsOf, PLAN_FORMAT, type SavedPlan } from './saved-plan.ts';
import type { Terminal } from './terminal.ts';
import { writeWhole } from './write-whole.ts';

/** `mama-play plan PLAYBOOK… -i INVENTORY -o FILE`: a dry run that is kept. Resolves to the exit code. */
export function runPlan(
  options: PlayOptions,
  out: string,
  terminal: Terminal,
  version: string,
): Promise<number> {
  const file = resolve(terminal.cwd, out);
  const bind: Bind = (reading) => {
    const { text, marks } = keepText(reading);
    const recorder = new PlanRecorder(marks, new Shown(reading.secrets, text.key === null));
    const seen: SeenMark[] = [];
    keepSeen(reading, marks, (one) => seen.push(one));
    return {
      journal: recorder,
      ended(exit) {
        if (exit !== 0 && exit !== 3) {
          tell(options, terminal, 'no plan was written, as not every host could be planned for');
          return exit;
        }
        const plan: SavedPlan = {
          mama_play_plan: PLAN_FORMAT,
          made: new Date().toISOString(),
          by: terminal.identity,
          hosts: hostsOf(reading),
          text: { ...text, seen },
          ...recorder.planned,
        };
        try {
          writeWhole(file, `${JSON.stringify(plan, null, 1)}\n`, 0o600);
        } catch (error) {
          tell(options, terminal, `the plan can't be written: ${(error as Error).message}`);
          return 1;
        }
        tell(options, terminal, `to do exactly this: mama-play apply ${out}`);
        return exit;
      },
    };
  };
  return playCommand(options, terminal, version, bind);
}

/** Who reads JSON has the exit code and the file. */
function tell({ output }: PlayOptions, terminal: Terminal, msg: string): void {
  if (output !== 'json') terminal.err(`mama-play: ${msg}\n`);
}
