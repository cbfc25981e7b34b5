import { resolve } from 'node:path';
import type { ApplyOptions } from '../plans-command-line.ts';
import { type Bind, withJournal } from './binding.ts';
import { optionsAgain } from './kept-options.ts';
import { playCommand } from './play.ts';
import { refuseAll } from './refuse-all.ts';
import { gateOf, readPlan } from './saved-plan.ts';
import type { Terminal } from './terminal.ts';

/** `mama-play apply FILE`: resolves to the exit code. */
export async function runApply(options: ApplyOptions, terminal: Terminal, version: string): Promise<number> {
  const file = resolve(terminal.cwd, options.file);
  const plan = readPlan(file);
  if ('code' in plan) return refuseAll([plan], options, terminal);
  const minutes = Math.floor((Date.now() - Date.parse(plan.made)) / 60_000);
  if (options.maxAge !== null && !(minutes < options.maxAge)) {
    const message = `the plan is ${minutes} minutes old, and may be ${options.maxAge} (--max-age)`;
    return refuseAll([{ code: 'plan', message, hint: 'make a new plan' }], options, terminal);
  }
  const again = optionsAgain(plan.text.options, options, false);
  if (!again) {
    const message = '-e of the plan held a secret, which is not kept';
    return refuseAll([{ code: 'plan', message, hint: 'give it again with -e' }], options, terminal);
  }
  const { onlyShown } = options;
  const bind: Bind = (reading) => {
    const gate = gateOf(plan, reading, onlyShown);
    if ('refused' in gate) return gate;
    reading.note(`keeping to the plan that ${plan.by} made at ${plan.made}`);
    return { ...withJournal(reading, { file, onlyShown }), gate };
  };
  return playCommand(again, terminal, version, bind);
}
