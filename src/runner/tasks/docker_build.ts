import type { Delta } from '../contract/delta.ts';
import { text } from '../contract/exchange.ts';
import { lines, type Script, sh } from '../contract/script.ts';
import {
  isRefusal,
  type Refusal,
  refuse,
  stateTask,
  type Unknown,
  type World,
} from '../contract/task-type.ts';
import { tarOf } from './lib/docker/build/context.ts';
import { type Desired, desire, remoteSource, type Source } from './lib/docker/build/desired.ts';
import { askRemote } from './lib/docker/build/remote.ts';
import { buildSchema } from './lib/docker/build/schema.ts';
import {
  BASES_LABEL,
  buildFailure,
  buildScript,
  CONTEXT_LABEL,
  readBases,
} from './lib/docker/build/script.ts';
import { change, merged } from './lib/docker/changes.ts';
import { dockerInstalled, engineAnswered, engineTrouble } from './lib/docker/host.ts';
import { type Image, imageNamed, parseInspected } from './lib/docker/inspect.ts';
import { imageName, shortId } from './lib/docker/reference.ts';

interface Current {
  readonly image: Image | null;
  /** Ids of the base images that are on the host. */
  readonly ids: ReadonlyMap<string, string>;
  /** Null: a context on the host that is not there. */
  readonly source: Source | null;
}

export default stateTask({
  name: 'docker_build',
  schema: buildSchema,
  fields: {
    image: { type: 'string', description: "The image's name with its tag." },
    id: { type: ['string', 'null'], description: "The image's id." },
  },
  desire,

  probe: (desired): Script =>
    lines(
      dockerInstalled,
      sh`docker image inspect --format '{{json .}}' ${[desired.image, ...(desired.local?.bases ?? [])]} 2>/dev/null`,
      engineAnswered,
      desired.local === null && sh`docker images --no-trunc --format 'B {{.Repository}}:{{.Tag}} {{.ID}}'`,
      desired.local === null && askRemote(desired.params.remote_path!, desired.params.dockerfile),
      sh`exit 0`,
    ),

  read(reply, desired): Current | Refusal {
    const trouble = engineTrouble(reply);
    if (trouble) return trouble;
    const out = text(reply.out);
    const inspected = parseInspected(out);
    const source = desired.local ?? remoteSource(out, desired);
    if (isRefusal(source)) return source;
    const listed = new Map(
      [...out.matchAll(/^B (\S+) (\S+)$/gm)].map(([, name, id]) => [imageName(name!), id!]),
    );
    const ids = new Map(
      (source?.bases ?? []).flatMap((base) => {
        const id = imageNamed(inspected, base)?.Id ?? listed.get(base);
        return id ? [[base, id] as const] : [];
      }),
    );
    return { image: imageNamed(inspected, desired.image), ids, source };
  },

  decide(current, desired, world): Delta | null | Refusal | Unknown {
    const remote = desired.params.remote_path;
    const making = remote === undefined ? undefined : world.predicted(`path:${remote}`);
    if (!current.source && making === undefined) {
      return refuse(
        `remote_path ${remote} does not exist on the host`,
        'bring the context there in an earlier task',
      );
    }
    if (current.image && making !== undefined) {
      return { unknown: `what ${remote} will hold is known only after an earlier task` };
    }
    if (!current.image || !current.source) return change('image', current.image?.Id ?? null, desired.image);
    const labels = current.image.Config?.Labels ?? {};
    const delta = merged(
      change('context', labels[CONTEXT_LABEL]?.slice(0, 12), current.source.hash.slice(0, 12)),
      ...current.source.bases.map((base) =>
        baseChange(base, current.ids.get(base), readBases(labels[BASES_LABEL]).get(base), world),
      ),
    );
    return Object.keys(delta).length > 0 ? delta : null;
  },

  apply(_, desired, current) {
    const { params, image } = desired;
    const { hash, bases, context } = current.source!;
    const script = buildScript({
      image,
      bases,
      hash,
      pull: params.pull,
      options: optionWords(desired),
      context: context ? '-' : params.remote_path!,
    });
    return { script, stream: context ? () => tarOf(context) : null };
  },

  explain: (reply, { image }) => buildFailure(reply, image),

  result({ image }, current, _, reply) {
    const built =
      reply && /^sha256:[0-9a-f]{64}$/m.exec(text(reply.out).trimEnd().split('\n').at(-1) ?? '')?.[0];
    return { image, id: built ?? current.image?.Id ?? null };
  },

  predict: (_, { image }) => ({ [`image:${image}`]: { rebuilt: true } }),
  looksAt: ({ image, local, params }, { source }) => [
    ...[image, ...(local ?? source ?? { bases: [] }).bases].map((name) => `image:${name}`),
    ...(params.remote_path === undefined ? [] : [`tree:${params.remote_path}`, 'link:']),
  ],
  mayAlter: (desired) => [`image:${desired?.image ?? ''}`],
});

/** A base image that isn't on the host tells nothing: it would be fetched for a build. */
function baseChange(base: string, now: string | undefined, before: string | undefined, world: World): Delta {
  const from = before === undefined ? null : shortId(before);
  if (world.predicted(`image:${base}`) !== undefined) return change(`base.${base}`, from, 'rebuilt');
  return now === undefined ? {} : change(`base.${base}`, from, shortId(now));
}

function optionWords({ params, args }: Desired): string[] {
  const pairs = (flag: string, map: Readonly<Record<string, string | number | boolean>>) =>
    Object.entries(map).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  const file =
    params.remote_path === undefined ? params.dockerfile : `${params.remote_path}/${params.dockerfile}`;
  return [
    '--file',
    file,
    ...pairs('--build-arg', args),
    ...pairs('--label', params.labels ?? {}),
    ...(params.target === undefined ? [] : ['--target', params.target]),
    ...(params.no_cache ? ['--no-cache'] : []),
    ...(params.network === undefined ? [] : ['--network', params.network]),
  ];
}
