import type { Delta } from '../contract/delta.ts';
import { type Reply, text } from '../contract/exchange.ts';
import { lines, type Script, sh } from '../contract/script.ts';
import { type Refusal, refuse, stateTask, type World } from '../contract/task-type.ts';
import { change, merged } from './lib/docker/changes.ts';
import { dockerFailure } from './lib/docker/failure.ts';
import { desireImage, IMAGE_SCHEMA, type WantedImage } from './lib/docker/image/desired.ts';
import { askImage, type ImageNow, readImage } from './lib/docker/image/facts.ts';
import { shortId } from './lib/docker/reference.ts';

/** Exit status of an apply: what was loaded or pulled is not what was declared. */
const NOT_IT = 91;

export default stateTask({
  name: 'docker_image',
  short: 'name',
  schema: IMAGE_SCHEMA,
  fields: {
    image: { type: 'string', description: "The image's name." },
    id: { type: ['string', 'null'], description: 'Its id; null where there is none, or in a dry run.' },
  },
  desire: desireImage,
  probe: askImage,
  read: readImage,

  decide(now, wanted, world) {
    if (wanted.state === 'absent') return decideAbsence(now, wanted);
    const obtained = obtaining(now, wanted, world);
    if (obtained && 'refusal' in obtained) return obtained;
    const id = obtained ? (wanted.id ?? null) : (now.image?.Id ?? null);
    const tags = wanted.tag_as.map((tag) => {
      const from = now.tags.get(tag) ?? null;
      const to = id === null ? wanted.name : shortId(id);
      return from !== null && from === id ? {} : change(`tag.${tag}`, from && shortId(from), to);
    });
    const delta = merged(obtained ?? {}, ...tags);
    return Object.keys(delta).length > 0 ? delta : null;
  },

  apply(delta, wanted) {
    const { name, archive, state } = wanted;
    if (state === 'absent') return sh`docker rmi ${name} >/dev/null`;
    const fetch = 'image' in delta;
    const tags = wanted.tag_as.filter((tag) => `tag.${tag}` in delta);
    const script = lines(
      fetch && (archive ? sh`docker load >&2 || exit` : sh`docker pull ${name} </dev/null >&2 || exit`),
      fetch && mustBeIt(wanted),
      ...tags.map((tag) => sh`docker tag ${name} ${tag} || exit`),
      sh`docker image inspect --format '{{.Id}}' ${name}`,
    );
    if (!fetch) return script;
    return { script, stream: archive ? () => archive.stream() : null };
  },

  explain(reply, wanted) {
    return reply.code === NOT_IT ? notIt(reply, wanted) : dockerFailure(`image ${wanted.name}`, reply);
  },
  result(wanted, { image }, delta, reply) {
    const made = reply && /^sha256:\S+$/m.exec(text(reply.out))?.[0];
    const now = delta && 'image' in delta ? null : image?.Id;
    return { image: wanted.name, id: wanted.state === 'absent' ? null : (made ?? now ?? wanted.id ?? null) };
  },
  predict(delta, { name, state, tag_as }) {
    if (state === 'absent') return null;
    const names = [...('image' in delta ? [name] : []), ...tag_as.filter((tag) => `tag.${tag}` in delta)];
    return Object.fromEntries(names.map((one) => [`image:${one}`, { rebuilt: true }]));
  },
  looksAt: ({ name, state, tag_as }) => [
    ...[name, ...tag_as].map((one) => `image:${one}`),
    ...(state === 'absent' ? ['container:'] : []),
  ],
  mayAlter: (wanted) => (wanted ? [wanted.name, ...wanted.tag_as].map((one) => `image:${one}`) : ['image:']),
});

/** How it comes to the host, if it has to; null: it is there, or an earlier task of a dry run would have made it. */
function obtaining({ image }: ImageNow, wanted: WantedImage, world: World): Delta | null | Refusal {
  const { name, id, archive, pull } = wanted;
  if (image && (id === undefined || image.Id === id)) return null;
  if (id === undefined && world.predicted(`image:${name}`) !== undefined) return null;
  if (!archive && pull === 'never') {
    return image
      ? refuse(`image ${name} is ${shortId(image.Id)}, not ${shortId(id ?? '')}, and pull is never`)
      : refuse(`image ${name} is not on this host, and pull is never`, 'build or load it in an earlier task');
  }
  const what = id === undefined ? name : `${name} ${shortId(id)}`;
  return merged(change('image', image && shortId(image.Id), `${what} (${archive ? 'loaded' : 'pulled'})`));
}

/** The last name of an image can be taken only if no container was made of it. */
function decideAbsence({ image, users }: ImageNow, { name }: WantedImage): Delta | null | Refusal {
  if (!image) return null;
  const isLast = (image.RepoTags ?? []).length <= 1;
  if (!isLast || users.length === 0) return change('state', 'present', 'absent');
  return refuse(`image ${name} is used by ${users.join(', ')}`, 'remove those containers first');
}

function mustBeIt({ name, id }: WantedImage): Script {
  const now = sh`now=$(docker image inspect --format '{{.Id}}' ${name} 2>/dev/null)`;
  if (id === undefined) return sh`${now} || exit ${NOT_IT}`;
  return sh`${now}
[ "$now" = ${id} ] || docker tag ${id} ${name} 2>/dev/null || exit ${NOT_IT}`;
}

function notIt(reply: Reply, { name, id, archive }: WantedImage): Refusal {
  const what = id === undefined ? name : `${name} with the id ${shortId(id)}`;
  if (!archive)
    return refuse(`what was pulled is not ${what}`, 'the registry has another image of that name');
  const held = [...text(reply.err).matchAll(/^Loaded image(?: ID)?: (.*)$/gm)].map(([, one]) => one);
  return refuse(`the archive does not hold ${what}`, `it holds ${held.join(', ') || 'nothing'}`);
}
