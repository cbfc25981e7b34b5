import { type Reply, text } from '../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import type { ParentFacts } from './facts.ts';
import { parentOf } from './paths.ts';
import { INVALID } from './validate.ts';

const BECOME = 'run it as a user who may: `become: true`';

/** Why a change to `path` failed, from what the tools said. */
export function explainChange(path: string, reply: Reply): Refusal {
  const said = text(reply.err).trim();
  if (reply.code === INVALID) {
    return refuse(
      `validate did not accept the new ${path}: ${said || 'it said nothing'}`,
      'the file was not touched',
    );
  }
  const last = said.split('\n').at(-1) || `the shell exited ${reply.code}`;
  const barred = /Permission denied|Operation not permitted/.test(said);
  return refuse(`could not change ${path}: ${last}`, barred ? BECOME : undefined);
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
  return refuse(`${parentOf(path)} may not be written in (it is ${whose})`, BECOME);
}

export function unreadable(path: string, whose: string): Refusal {
  return refuse(`${path} may not be read (it is ${whose})`, BECOME);
}
