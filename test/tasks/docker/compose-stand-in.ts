import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Running } from '../harness.ts';
import { executable } from './spy.ts';

export interface StandIn {
  readonly running: Running;
  /** The words of each call of compose that was no question, without those before its command. */
  said(): string[][];
  remove(): void;
}

interface Told {
  readonly hashes: Readonly<Record<string, string>>;
  /** What `docker compose config` prints. */
  readonly config: string;
  /** Containers there are, and those after `up`, `stop`, `down`, `rm`. */
  readonly before: readonly object[];
  readonly after: readonly object[];
  /** The ids that image names stand for. */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * A stand-in for docker with compose 2, which no test can have for real: it answers what it was told to, and notes what is
 * said to it.
 */
export function standIn({ hashes, config, before, after, tags = {} }: Told): StandIn {
  const dir = mkdtempSync(join(tmpdir(), 'mama-play-compose-'));
  mkdirSync(join(dir, 'bin'));
  const put = (name: string, text: string) => writeFileSync(join(dir, name), text);
  const lines = (containers: readonly object[]) =>
    containers.map((one) => `${JSON.stringify(one)}\n`).join('');
  put(
    'hashes',
    Object.entries(hashes)
      .map((pair) => `${pair.join(' ')}\n`)
      .join(''),
  );
  put('config', config);
  put('containers', lines(before));
  put('after', lines(after));
  put(
    'tags',
    Object.entries(tags)
      .map((pair) => `${pair.join(' ')}\n`)
      .join(''),
  );
  put('said', '');
  executable(join(dir, 'bin/docker'), SCRIPT.replace('@DIR@', dir));
  return {
    running: { tools: [join(dir, 'bin')] },
    said: () =>
      readFileSync(join(dir, 'said'), 'utf8')
        .split('\0\0')
        .slice(0, -1)
        .map((call) => call.split('\0')),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

const SCRIPT = `#!/bin/sh
d='@DIR@'
case $1 in
  version) exit 0 ;;
  ps) [ -s "$d/containers" ] && echo id; exit 0 ;;
  inspect) case "$*" in
    *'{{json .}}'*) cat "$d/containers" ;;
    *'{{.Config.Image}}'*) cut -d' ' -f1 "$d/tags" ;;
    *) echo 'web False running 0 healthy' ;; esac ;;
  image) for name; do :; done; grep "^$name " "$d/tags" | cut -d' ' -f2 ;;
  compose) shift
    case $* in version) exit 0 ;; 'version --short') echo 2.24.5; exit 0 ;; esac
    case "$*" in *' config --hash='*) cat "$d/hashes"; exit 0 ;; *' config') cat "$d/config"; exit 0 ;; esac
    printf '%s\\0' "$@" >>"$d/said"; printf '\\0' >>"$d/said"
    case "$*" in *' pull '*) ;; *) cp "$d/after" "$d/containers" ;; esac ;;
esac
`;

/** A container of a project, as far as \`docker inspect\` is read of it. */
export function container(
  service: string,
  hash: string,
  more: { version?: string; status?: string; image?: string } = {},
) {
  const { version = '2.24.5', status = 'running', image = 'sha256:aa' } = more;
  return {
    Id: 'id',
    Name: `/shop-${service}-1`,
    Image: image,
    State: { Status: status, Running: status === 'running' },
    HostConfig: {},
    Config: {
      Image: 'app:1',
      Labels: {
        'com.docker.compose.service': service,
        'com.docker.compose.oneoff': 'False',
        'com.docker.compose.config-hash': hash,
        'com.docker.compose.version': version,
      },
    },
  };
}
