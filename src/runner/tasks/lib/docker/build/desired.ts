import { isRefusal, type Local, type Refusal, refuse } from '../../../../contract/task-type.ts';
import { imageName } from '../reference.ts';
import { buildHash, type Context, contextHash, dockerfileText, localContext } from './context.ts';
import { type Bases, readDockerfile } from './dockerfile.ts';
import { readRemote } from './remote.ts';
import type { Params } from './schema.ts';

export interface Desired {
  readonly params: Params;
  readonly image: string;
  readonly args: Readonly<Record<string, string>>;
  /** Null: it is on the host. */
  readonly local: Source | null;
}

/** What an image is to be built from, as far as a context tells. */
export interface Source {
  readonly hash: string;
  readonly bases: readonly string[];
  readonly context: Context | null;
}

const LIKELY_SECRET = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN)$/i;

export function desire(params: Params, local: Local): Desired | Refusal {
  const args = Object.fromEntries(
    Object.entries(params.args ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const secret = Object.keys(args).find((name) => LIKELY_SECRET.test(name) && args[name] !== '');
  if (secret) {
    return refuse(
      `args.${secret}: a build argument stays readable in the image's history, so it can't be a secret`,
      'give it to the container instead: env, env_file or a mounted file of docker_run',
    );
  }
  const desired = { params, image: imageName(params.name), args };
  if (params.path === undefined) return { ...desired, local: null };
  const entries = local.tree(params.path);
  if (isRefusal(entries)) return entries;
  const context = localContext(entries, params.dockerfile, params.path);
  if (isRefusal(context)) return context;
  const source = sourceOf(contextHash(context), dockerfileText(context), context, desired);
  return isRefusal(source) ? source : { ...desired, local: source };
}

export function remoteSource(out: string, desired: Desired): Source | null | Refusal {
  const { remote_path: path, dockerfile } = desired.params;
  const found = readRemote(out, dockerfile);
  if (found === null) return null;
  if (found === 'no-dockerfile') return refuse(`there is no ${dockerfile} in ${path} on the host`);
  return sourceOf(found.hash, found.dockerfile, null, desired);
}

function sourceOf(
  context: string,
  dockerfile: string,
  local: Context | null,
  { params, args }: Pick<Desired, 'params' | 'args'>,
): Source | Refusal {
  const read = readDockerfile(dockerfile, args);
  const fault = stageFault(read, params.target);
  if (fault) return fault;
  const declared = {
    dockerfile: params.dockerfile,
    args: sorted(args),
    target: params.target ?? null,
    labels: sorted(params.labels ?? {}),
  };
  return { hash: buildHash(context, declared), bases: read.images.map(imageName), context: local };
}

function stageFault({ stages }: Bases, target: string | undefined): Refusal | null {
  if (target === undefined || /^\d+$/.test(target) || stages.has(target.toLowerCase())) return null;
  const known = [...stages].join(', ');
  return refuse(
    `the Dockerfile has no stage ${target}`,
    known ? `it has ${known}` : 'no stage of it has a name',
  );
}

function sorted<V>(map: Readonly<Record<string, V>>): [string, V][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
