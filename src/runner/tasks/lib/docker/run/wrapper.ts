import { createHash } from 'node:crypto';
import { lines, quote, type Script, sh } from '../../../../contract/script.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { exports } from '../env.ts';
import { creationWords } from './create.ts';
import { connections } from './network.ts';
import type { RunParams } from './properties.ts';
import type { Current, Desired } from './state.ts';

/** A container that a program of supervisord runs in the foreground, through a script of ours. */
export interface Supervised {
  readonly program: string;
  /** Path of the script; variables are in a file beside it. */
  readonly path: string;
}

/** Label with the program's name on a container that the script has started. */
export const PROGRAM_LABEL = 'mama-play.program';

export function supervised(params: RunParams): Supervised | null {
  if (params.managed_by !== 'supervisord') return null;
  return {
    program: params.program ?? params.name,
    path: params.wrapper ?? `/usr/local/lib/mama-play/run-${params.name}`,
  };
}

export function supervisedFault(params: RunParams): Refusal | null {
  if (params.managed_by !== 'supervisord') {
    const needless = (['program', 'wrapper'] as const).find((param) => params[param] !== undefined);
    return needless ? refuse(`${needless} means something only with managed_by: supervisord`) : null;
  }
  if (params.restart !== undefined && params.restart !== 'no') {
    return refuse(
      `restart: ${params.restart} can't be combined with managed_by: supervisord`,
      'supervisord does the restarting: leave restart out',
    );
  }
  if (params.tty && params.stdin_open) {
    return refuse('tty and stdin_open together need a terminal, which supervisord does not have');
  }
  return null;
}

/** The two files of the script: what it says, and the variables it hands over ('' for none: then there is no such file). */
export interface WrapperFiles {
  readonly script: string;
  readonly variables: string;
}

/**
 * The script: removes a leftover of that name, then becomes the docker client, so that signals reach it. Nothing
 * secret stands in an argument list.
 */
export function wrapperFiles(desired: Desired, current: Pick<Current, 'contents'>): WrapperFiles {
  const { program, path } = desired.supervised!;
  const variables = `${path}.env`;
  const words = [
    '--rm',
    '--name',
    desired.name,
    '--label',
    `${PROGRAM_LABEL}=${program}`,
    ...creationWords(desired, current, variables),
  ];
  const joins = connections(desired.params, desired.name);
  const image = sh`${words} ${desired.image} ${desired.args}`;
  const start =
    joins.length === 0
      ? sh`exec docker run ${image}`
      : lines(
          sh`docker create ${image} >/dev/null || exit`,
          ...joins.map((join) => sh`docker network connect ${join} || exit`),
          sh`exec docker start --attach ${desired.name}`,
        );
  const body = sh`PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
if docker container inspect ${desired.name} >/dev/null 2>&1; then
  docker stop ${desired.name} >/dev/null 2>&1
  docker rm -f ${desired.name} >/dev/null 2>&1
  waited=0
  while docker container inspect ${desired.name} >/dev/null 2>&1 && [ "$waited" -lt 30 ]; do
    waited=$((waited + 1)); sleep 1
  done
fi
${exports(desired.env)}${start}
`;
  return {
    script: `#!/bin/sh\n# Written by mama-play (docker_run ${quote(desired.name)}): changes made here are overwritten.\n${body.text}`,
    variables: desired.env.lines.map((line) => `${line}\n`).join(''),
  };
}

/** What the host has of it. */
export interface Wrapped {
  /** SHA-256 of script and variables, with their modes; null: not there. */
  readonly script: string | null;
  readonly variables: string | null;
  /** supervisord's word for the program (RUNNING …); null: it does not know it, or was not asked. */
  readonly status: string | null;
}

/** supervisorctl is a slow starter: it is asked only if no container of the program runs. */
export function askWrapper({ path, program }: Supervised, name: string): Script {
  const file = (mark: string, of: string) =>
    sh`[ -f ${of} ] && printf '%s %s %s\n' ${mark} "$(stat -c %a ${of})" "$(sha256sum <${of} | cut -c1-64)"`;
  const own = `"${PROGRAM_LABEL}":"${program}"`;
  return lines(
    file('W', path),
    file('N', `${path}.env`),
    sh`printf '%s\n' "$inspected" | grep -F ${`"Name":"/${name}"`} | grep -F ${own} | grep -q '"Running":true' ||
  { command -v supervisorctl >/dev/null 2>&1 && supervisorctl status ${program} 2>/dev/null | sed -n 's/^[^ ]* *\([A-Z]*\).*/S \1/p' | head -n 1; }`,
  );
}

export function readWrapped(out: string): Wrapped {
  const one = (pattern: RegExp) => pattern.exec(out)?.[1] ?? null;
  return {
    script: one(/^W (\d+ [0-9a-f]{64})$/m),
    variables: one(/^N (\d+ [0-9a-f]{64})$/m),
    status: one(/^S (STOPPED|STARTING|RUNNING|BACKOFF|STOPPING|EXITED|FATAL|UNKNOWN)$/m),
  };
}

/** As `Wrapped` has it, once written. */
export function written({ script, variables }: WrapperFiles): Pick<Wrapped, 'script' | 'variables'> {
  return {
    script: `700 ${sha256(script)}`,
    variables: variables === '' ? null : `600 ${sha256(variables)}`,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Writes both files whole, the variables first. */
export function writeWrapper({ path }: Supervised, files: WrapperFiles): Script {
  const dir = path.slice(0, path.lastIndexOf('/')) || '/';
  return lines(
    sh`mkdir -p ${dir} || exit`,
    files.variables === '' ? sh`rm -f -- ${`${path}.env`}` : writeFile(`${path}.env`, '600', files.variables),
    writeFile(path, '700', files.script),
  );
}

function writeFile(path: string, mode: string, content: string): Script {
  const fresh = `${path.slice(0, path.lastIndexOf('/'))}/.${path.slice(path.lastIndexOf('/') + 1)}.new`;
  return sh`( umask 077; rm -f -- ${fresh}; printf %s ${content} >${fresh} && chmod ${mode} ${fresh} && mv -f -- ${fresh} ${path} ) || exit`;
}
