import { type Reply, text } from '../../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { dockersWords, hintFor } from '../failure.ts';
import { engineTrouble } from '../host.ts';
import { CODES } from './codes.ts';
import type { Desired } from './state.ts';

/** Why a change failed: one line, the container's last lines where it got as far as to say something, and what to do. */
export function explain(reply: Reply, desired: Desired): Refusal {
  const trouble = engineTrouble(reply);
  if (trouble) return trouble;
  const { name } = desired;
  const said = dockersWords(text(reply.err));
  const last = lastLines(text(reply.out));
  const state = /^\S+ (\d+) \S+$/m.exec(text(reply.err).trim());
  const exit = state ? ` (exit ${state[1]})` : '';
  switch (reply.code) {
    case CODES.create:
      return refuse(`container ${name} can't be created: ${said}; nothing was changed`, hintFor(said));
    case CODES.start:
      return refuse(`container ${name} can't be started: ${said}`, hintFor(said));
    case CODES.restored:
      return refuse(
        `the new container ${name} can't be started: ${said}; the old one was started again`,
        hintFor(said),
      );
    case CODES.died:
      return refuse(
        `container ${name} ended right after its start${exit}${last}`,
        'for a container that does its work and ends, say state: present, or run the command with docker_exec',
      );
    case CODES.unhealthy:
      return refuse(`container ${name} is unhealthy${last}`);
    case CODES.late:
      return refuse(
        `container ${name} was not healthy after ${desired.params.wait_timeout} s${last}`,
        'wait_timeout sets the time',
      );
    case CODES.noHealthCheck:
      return refuse(`wait is healthy, but container ${name} has no health check`, 'declare health: {cmd: …}');
    case CODES.owner:
      return refuse(
        `container ${desired.owner}, whose network is to be shared, does not run`,
        'its task must come before this one',
      );
    case CODES.supervisor:
      return refuse(`supervisord could not run program ${desired.supervised?.program}: ${said}${last}`);
    default:
      return refuse(`container ${name}: ${said}${last}`, hintFor(said));
  }
}

function lastLines(out: string): string {
  const lines = out.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 ? '; it said nothing' : `; its last lines:\n${lines.slice(-20).join('\n')}`;
}
