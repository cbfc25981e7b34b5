import { type Reply, text } from '../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { engineTrouble } from './host.ts';

/** What docker said last, without its decoration. */
export function dockersWords(err: string): string {
  const lines = err
    .split('\n')
    .map((line) => line.replace(/^(docker: )?(Error response from daemon: |Error: )?/, '').trim())
    .filter((line) => line !== '' && !/^(See 'docker|Run 'docker|Usage:)/.test(line))
    .filter((line) => !/failed to start containers: /.test(line));
  return lines.at(-1)?.replace(/\.$/, '') ?? 'docker said nothing';
}

/** Only a hint hangs on docker's wording, never a decision. */
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
  [
    /overlaps with other one on this address space/i,
    'another network has these addresses: `docker network ls`',
  ],
];

export function hintFor(said: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(said))?.[1];
}

/** The refusal of a change that failed, for things that need no more than docker's own words. */
export function dockerFailure(what: string, reply: Reply): Refusal {
  const said = dockersWords(text(reply.err));
  return engineTrouble(reply) ?? refuse(`${what}: ${said}`, hintFor(said));
}
