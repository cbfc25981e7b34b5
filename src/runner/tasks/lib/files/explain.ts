import { type Reply, text } from '../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import type { ParentFacts } from './facts.ts';
import { parentOf } from './paths.ts';
import { INVALID } from './validate.ts';

export const BECOME = 'run it as a user who may: `become: true`';

/** What the system's own words for a refusal call for. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/Permission denied/, BECOME],
  [/Operation not permitted/, `${BECOME}; to root, an immutable file is closed as well (lsattr, chattr -i)`],
  [
    /Device or resource busy/,
    'it is mounted there (as Docker does with /etc/hosts): change what is mounted, at its own place',
  ],
  // dash's own words for any write that fails.
  [/printf: I\/O error/, 'the file system there may be full (`df`, `df -i`)'],
];

/** Why a change to `path` failed, from what the tools said. */
export function explainChange(path: string, reply: Reply): Refusal {
  const said = text(reply.err).trim();
  if (reply.code === INVALID) {
    return refuse(
      `validate did not accept the new ${path}: ${said || 'it said nothing'}`,
      'the file was not touched',
    );
  }
  // tar ends with a word on what it said before.
  const complaints = said.split('\n').filter((line) => !/^tar: (Exiting|Error is not)/.test(line));
  const last = complaints.at(-1) || `the shell exited ${reply.code}`;
  const hint = HINTS.find(([words]) => words.test(said))?.[1];
  return refuse(`could not change ${path}: ${last}`, hint);
}

export function missingParent(path: string, parent: ParentFacts & { kind: 'missing' }): Refusal {
  switch (parent.because) {
    case 'absent':
      return refuse(
        `the directory ${parentOf(path)} does not exist`,
        'make it with a `file` task (state: directory)',
      );
    case 'no-directory':
      return refuse(`${parent.nearest} is not a directory, so that ${path} cannot be`);
    case 'forbidden':
      return refuse(`${parent.nearest} may not be entered`, BECOME);
  }
}

export function barredParent(path: string, whose: string): Refusal {
  const hint = whose.endsWith('read-only') ? 'root may not either: its file system is read-only' : BECOME;
  return refuse(`${parentOf(path)} may not be written in (it is ${whose})`, hint);
}

/** Of a tree in which, or at which, something is mounted. */
export function mounted(path: string, where: string): Refusal {
  const message = `${path} is not removed: what is mounted at ${where} would be lost with it`;
  return refuse(message, 'unmount it in a task before (`command: umount …`)');
}

export function unreadable(path: string, whose: string): Refusal {
  return refuse(`${path} may not be read (it is ${whose})`, BECOME);
}
