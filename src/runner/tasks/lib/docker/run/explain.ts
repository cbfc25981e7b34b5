import { type Reply, text } from '../../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
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

/** The last line that says something, without docker's own decoration. */
function dockersWords(err: string): string {
  const lines = err
    .split('\n')
    .map((line) => line.replace(/^(docker: )?(Error response from daemon: |Error: )?/, '').trim())
    .filter(
      (line) => line !== '' && !/^(See 'docker|Run 'docker|Error: failed to start containers)/.test(line),
    )
    .filter((line) => !/failed to start containers: /.test(line));
  return lines.at(-1)?.replace(/\.$/, '') ?? 'docker said nothing';
}

function lastLines(out: string): string {
  const lines = out.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 ? '; it said nothing' : `; its last lines:\n${lines.slice(-20).join('\n')}`;
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /port is already allocated|address already in use/i,
    'another container or program has that port: `docker ps` or `ss -lntup` on the host tells which',
  ],
  [
    /no such image|pull access denied|manifest unknown|repository does not exist|lookup |dial tcp/i,
    'the image is neither on the host nor can it be pulled: build it first (docker_build), or check its name',
  ],
  [/network .* not found|no such network/i, 'make it in an earlier task (docker_network)'],
  [
    /bind source path does not exist|invalid mount config/i,
    'make it in an earlier task (file, copy, template)',
  ],
  [/executable file not found|no such file or directory/i, 'is the command in the image?'],
  [/cannot join network of a non running container/i, 'the container whose network is shared must run first'],
];

/** Only a hint hangs on docker's wording, never a decision. */
function hintFor(said: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(said))?.[1];
}
