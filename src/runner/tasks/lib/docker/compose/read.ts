import { type Reply, text } from '../../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { engineTrouble } from '../host.ts';
import { type Container, parseInspected } from '../inspect.ts';
import { BAD_FILE, NO_COMPOSE, NO_DIRECTORY, NO_FILE } from './ask.ts';
import type { Composed } from './desired.ts';

export interface ComposeNow {
  /** Of the tool. */
  readonly version: string;
  readonly project: string;
  /** Hashes of the services in question, as this version makes them. */
  readonly hashes: ReadonlyMap<string, string>;
  /** All services of the files, and how many containers each is to have. */
  readonly declared: ReadonlyMap<string, number>;
  readonly containers: readonly Member[];
  /** Image names and what they stand for now; null: nothing. Empty where the hashes know. */
  readonly images: ReadonlyMap<string, string | null>;
  /** Of the project, as far as the files still declare them; asked only where they are to go. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** A container of the project. */
export interface Member {
  readonly name: string;
  readonly service: string;
  /** Of `docker compose run`. */
  readonly oneOff: boolean;
  readonly status: string;
  readonly running: boolean;
  /** null: it has no health check. */
  readonly health: string | null;
  readonly hash: string;
  /** Of the tool that made it. */
  readonly version: string;
  readonly image: { readonly name: string; readonly id: string };
}

export function readCompose(reply: Reply, { src, services }: Composed): ComposeNow | Refusal {
  const trouble = engineTrouble(reply) ?? composeTrouble(reply, src);
  if (trouble) return trouble;
  if (reply.code !== 0)
    return refuse(`could not look at the project ${src}: ${composesWords(text(reply.err))}`);
  const out = text(reply.out);
  const told = (letter: string) =>
    out
      .split('\n')
      .filter((line) => line.startsWith(`${letter} `))
      .map((line) => line.slice(2));
  const pairs = (letter: string) => told(letter).map((line) => line.split(' ') as [string, string]);
  const hashes = new Map(pairs('H').filter(([, hash]) => hash !== undefined));
  const { replicas, networks, volumes } = readFiles(told('Y'));
  const stranger = services?.find((service) => !hashes.has(service));
  if (stranger !== undefined) return refuse(`there is no service ${stranger} in the compose files of ${src}`);
  return {
    version: told('T')[0] ?? '',
    project: told('N')[0] ?? '',
    hashes,
    declared: new Map([...[...hashes.keys()].map((name) => [name, 1] as const), ...replicas]),
    containers: parseInspected(out).containers.map(member),
    images: new Map(pairs('I').map(([name, id]) => [name, id === '-' ? null : id])),
    networks: pairs('W').flatMap(([key, name]) => (key === 'default' || networks.has(key) ? [name] : [])),
    volumes: pairs('V').flatMap(([key, name]) => (volumes.has(key) ? [name] : [])),
  };
}

function composeTrouble({ code, err }: Reply, src: string): Refusal | null {
  switch (code) {
    case NO_COMPOSE:
      return refuse(
        'this host has no docker compose',
        "install it in an earlier task (Debian's package is docker-compose; Docker's own is docker-compose-plugin)",
      );
    case NO_DIRECTORY:
      return refuse(
        `${src} is no directory of this host`,
        'bring the project there in an earlier task (copy)',
      );
    case NO_FILE:
      return refuse(
        `there is no compose file in ${src}`,
        'bring it there in an earlier task, or give `files`',
      );
    case BAD_FILE:
      return refuse(`compose can't read the project ${src}: ${composesWords(text(err))}`);
    default:
      return null;
  }
}

/** What compose said that matters, on one line. */
export function composesWords(err: string): string {
  const said = err
    .split('\n')
    .map((line) => line.replace(/^\s*(ERROR:|Error response from daemon:)\s*/, '').trim())
    .filter((line) => line !== '' && !/^(WARNING:|time=.* level=warning|Encountered errors while)/.test(line))
    .filter(
      (line) =>
        !/^(Creating|Starting|Recreating|Stopping|Removing|Pulling|Container|Network|Volume) /.test(line),
    );
  return said.slice(-3).join('; ') || 'it said nothing';
}

function member({ Name, Config, State, Image }: Container): Member {
  const label = (name: string) => Config.Labels?.[`com.docker.compose.${name}`] ?? '';
  return {
    name: Name.replace(/^\//, ''),
    service: label('service'),
    oneOff: label('oneoff').toLowerCase() === 'true',
    status: State.Status,
    running: State.Running,
    health: State.Health?.Status ?? null,
    hash: label('config-hash'),
    version: label('version'),
    image: { name: Config.Image, id: Image },
  };
}

/** Both versions write the files out in one form: two columns for each level. Values came for few of the keys. */
function readFiles(yaml: readonly string[]) {
  const replicas = new Map<string, number>();
  const names = { networks: new Set<string>(), volumes: new Set<string>() };
  let [section, name, part] = ['', '', ''];
  for (const line of yaml) {
    const [, indent = '', key = '', value = ''] = /^( *)["']?([^"':]*)["']?:? ?(.*)$/.exec(line) ?? [];
    if (indent === '') section = key;
    else if (indent.length === 2) {
      name = key;
      if (section === 'services') replicas.set(name, 1);
      if (section === 'networks' || section === 'volumes') names[section].add(name);
    } else if (section === 'services') {
      if (indent.length === 4) part = key;
      const isCount = part === 'scale' || (part === 'deploy' && key === 'replicas');
      if (isCount && /^\d+$/.test(value)) replicas.set(name, Number(value));
    }
  }
  return { replicas, ...names };
}
