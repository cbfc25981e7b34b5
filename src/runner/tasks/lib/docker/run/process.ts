import type { Change } from '../../../../contract/delta.ts';
import type { Json } from '../../../../contract/json.ts';
import { isRefusal, type Refusal, refuse } from '../../../../contract/task-type.ts';
import { type Changes, change, changesOfMap, merged } from '../changes.ts';
import { type Env, envMap, looksSecret } from '../env.ts';
import type { Config, Health } from '../inspect.ts';
import { nanoseconds } from '../units.ts';
import { commandWords } from '../words.ts';
import { type Aspect, repeated, type Seen } from './aspect.ts';
import type { RunParams } from './properties.ts';

/** Labels that begin so are ours. */
export const OUR_LABELS = 'mama-play.';

interface CommandLine {
  /** undefined: the image's. A list of one empty text: none. */
  readonly entrypoint?: string;
  /** undefined: the image's. */
  readonly args?: readonly string[];
}

/** docker's `--entrypoint` takes one word only, so further words of an entry point lead the arguments. */
export function commandLine(params: RunParams): CommandLine | Refusal {
  const command = params.command === undefined ? undefined : commandWords(params.command);
  const entrypoint = params.entrypoint === undefined ? undefined : commandWords(params.entrypoint);
  if (isRefusal(command)) return command;
  if (isRefusal(entrypoint)) return entrypoint;
  if ([...(command ?? []), ...(entrypoint ?? [])].some((word) => word.includes('\0'))) {
    return refuse('the command holds a NUL character');
  }
  if (!entrypoint) return command ? { args: command } : {};
  const [first = '', ...rest] = entrypoint;
  const args = [...rest, ...(command ?? [])];
  return args.length > 0 ? { entrypoint: first, args } : { entrypoint: first };
}

export const commandAspect: Aspect = {
  words(params) {
    const { entrypoint } = commandLine(params) as CommandLine;
    return entrypoint === undefined ? [] : ['--entrypoint', entrypoint];
  },
  differs(params, { container, image }) {
    const { entrypoint, args } = commandLine(params) as CommandLine;
    const toEntry =
      entrypoint === undefined ? (image.Entrypoint ?? []) : entrypoint === '' ? [] : [entrypoint];
    const toArgs = args ?? (entrypoint === undefined ? (image.Cmd ?? []) : []);
    const from = (container.Config.Entrypoint ?? []).filter((word, _i, all) => all.length > 1 || word !== '');
    return merged(
      change('entrypoint', [...from], [...toEntry]),
      change('command', [...(container.Config.Cmd ?? [])], [...toArgs]),
    );
  },
};

/** Declared variables as text. */
export function declaredEnv(params: RunParams): Env {
  return Object.fromEntries(Object.entries(params.env ?? {}).map(([name, value]) => [name, String(value)]));
}

/** Variables of the image, then those of env files (known by name only: their content is compared by hash), then ours. */
export const envAspect: Aspect = {
  words: () => [],
  differs(params, { container, image, fileVariables }) {
    const ours = declaredEnv(params);
    const from: Record<string, string> = { ...envMap(container.Config.Env) };
    for (const name of fileVariables) if (!(name in ours)) delete from[name];
    const to: Record<string, string> = { ...envMap(image.Env) };
    for (const name of fileVariables) delete to[name];
    const changes = changesOfMap('env', from, { ...to, ...ours });
    return Object.fromEntries(
      Object.entries(changes).map(([field, one]) => [field, shownChange(field, one)]),
    );
  },
};

/** An old value may be a secret that nobody declares any more, so it is the name that decides what is shown. */
function shownChange(field: string, { from, to }: Change): Change {
  if (!looksSecret(field.slice('env.'.length))) return { from, to };
  return {
    from: from === null ? null : '(not shown)',
    to: to === null ? null : '(another value, not shown)',
  };
}

export const labelsAspect: Aspect = {
  words: (params) =>
    repeated(
      '--label',
      Object.entries(params.labels ?? {}).map(([key, value]) => `${key}=${value}`),
    ),
  differs(params, { container, image }) {
    const own = Object.fromEntries(
      Object.entries(params.labels ?? {}).map(([key, value]) => [key, String(value)]),
    );
    return changesOfMap(
      'labels',
      withoutOurs(container.Config.Labels),
      withoutOurs({ ...image.Labels, ...own }),
    );
  },
};

function withoutOurs(labels: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !key.startsWith(OUR_LABELS)));
}

export const healthAspect: Aspect = {
  words({ health }) {
    if (!health) return [];
    if (health.disable) return ['--no-healthcheck'];
    const span = (flag: string, value: string | number | undefined) =>
      value === undefined ? [] : [flag, `${nanoseconds(value)}ns`];
    return [
      ...(health.cmd === undefined ? [] : ['--health-cmd', health.cmd]),
      ...span('--health-interval', health.interval),
      ...span('--health-timeout', health.timeout),
      ...span('--health-start-period', health.start_period),
      ...(health.retries === undefined ? [] : ['--health-retries', String(health.retries)]),
    ];
  },
  differs(params, seen) {
    return healthChanges(shown(seen.container.Config.Healthcheck), wantedHealth(params, seen));
  },
};

/** Whether a container of this image will have one. */
export function hasHealthCheck({ health }: RunParams, image: Config): boolean {
  if (health?.disable) return false;
  const inherited = image.Healthcheck?.Test?.[0];
  return health?.cmd !== undefined || (inherited !== undefined && inherited !== 'NONE');
}

/** What is not said is inherited from the image, part by part. */
function wantedHealth({ health }: RunParams, { image }: Seen): Record<string, Json> {
  if (health?.disable) return { cmd: 'NONE' };
  const inherited = shown(image.Healthcheck);
  if (!health) return inherited;
  const span = (value: string | number | undefined) =>
    value === undefined ? undefined : nanoseconds(value) || undefined;
  const own: Record<string, Json | undefined> = {
    cmd: health.cmd,
    retries: health.retries,
    interval: span(health.interval),
    timeout: span(health.timeout),
    start_period: span(health.start_period),
  };
  return { ...inherited, ...(withoutUndefined(own) as Record<string, Json>) };
}

function withoutUndefined(map: Record<string, Json | undefined>): Record<string, Json | undefined> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}

function shown(health: Health | null | undefined): Record<string, Json> {
  const [kind, ...words] = health?.Test ?? [];
  const cmd = kind === undefined ? null : kind === 'NONE' ? 'NONE' : words.join(' ');
  const parts: Record<string, Json> = {
    cmd,
    interval: health?.Interval || null,
    timeout: health?.Timeout || null,
    start_period: health?.StartPeriod || null,
    retries: health?.Retries || null,
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null));
}

function healthChanges(from: Record<string, Json>, to: Record<string, Json>): Changes {
  const seconds = (name: string, value: Json | undefined) =>
    typeof value === 'number' && name !== 'retries' ? `${value / 1e9}s` : value;
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return merged(
    ...names.map((name) => change(`health.${name}`, seconds(name, from[name]), seconds(name, to[name]))),
  );
}
