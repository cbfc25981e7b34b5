import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { Gate } from '../engine/gate.ts';
import { type PlannedSteps, Shown } from '../engine/planned.ts';
import type { Reading } from './binding.ts';
import { compareText, type KeptText } from './kept-text.ts';

export const PLAN_FORMAT = 1;

/** A plan as it lies in its file. */
export interface SavedPlan extends PlannedSteps {
  readonly mama_play_plan: typeof PLAN_FORMAT;
  /** ISO 8601. */
  readonly made: string;
  readonly by: string;
  readonly text: KeptText;
  /** Of each play, the names of its hosts, sorted. */
  readonly hosts: readonly (readonly string[])[];
}

/** `file` is absolute. */
export function readPlan(file: string): SavedPlan | Diagnostic {
  let plan: Partial<SavedPlan> | null;
  try {
    plan = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? 'it is no JSON');
    return refusal(`${file} can't be read as a plan: ${why}`);
  }
  const format = plan?.mama_play_plan;
  if (format === undefined)
    return refusal(`${file} is not a plan`, 'mama-play plan PLAYBOOK -i INVENTORY -o FILE');
  if (format !== PLAN_FORMAT)
    return refusal(`${file} is a plan of format ${format}, this is ${PLAN_FORMAT}`, 'make a new plan');
  return plan as SavedPlan;
}

export function hostsOf({ project }: Pick<Reading, 'project'>): SavedPlan['hosts'] {
  return project.plays.map(({ hosts }) => hosts.map(({ name }) => name).sort());
}

/** What lets through the plan's steps only; refused where the plan was made of another text or for other hosts. */
export function gateOf(
  plan: SavedPlan,
  reading: Reading,
  onlyShown: boolean,
): Gate | { readonly refused: readonly Diagnostic[] } {
  const compared = compareText(plan.text, reading, 'the plan');
  if ('code' in compared) return { refused: [compared] };
  const { marks, diagnostics } = compared;
  if (diagnostics.length > 0)
    return { refused: diagnostics.map((one) => ({ ...one, hint: 'make a new plan' })) };
  if (JSON.stringify(hostsOf(reading)) !== JSON.stringify(plan.hosts))
    return { refused: [refusal('the plan was made for other hosts', 'make a new plan')] };
  const plays = reading.project.plays.map(({ play }) => play);
  const shown = new Shown(reading.secrets, plan.text.key === null);
  return new Gate(plan, plays, marks, shown, onlyShown);
}

function refusal(message: string, hint?: string): Diagnostic {
  return { code: 'plan', message, ...(hint === undefined ? {} : { hint }) };
}
