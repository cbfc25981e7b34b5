import { type Reply, text } from '../../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../../contract/script.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { dockersWords, hintFor } from '../failure.ts';
import { dockerInstalled, engineTrouble } from '../host.ts';

/** Labels of an image: what it was built from. */
export const CONTEXT_LABEL = 'mama-play.context';
/** `name=id` of each base image, with blanks between. */
export const BASES_LABEL = 'mama-play.bases';

const NO_BASE = 91;

export interface Build {
  readonly image: string;
  readonly bases: readonly string[];
  readonly hash: string;
  /** Fetch base images also where the host has them. */
  readonly pull: boolean;
  /** Options of `docker build` beside name and labels of ours. */
  readonly options: readonly string[];
  /** A path of the host, or `-`: a tar on stdin. */
  readonly context: string;
}

/** Builds, with all output on stdout (the classic builder leaves the container of a failed step unless told not to); the last line is the image's id. */
export function buildScript(build: Build): Script {
  const own = ['--tag', build.image, '--label', `${CONTEXT_LABEL}=${build.hash}`, ...build.options];
  return lines(
    dockerInstalled,
    sh`bases= classic=`,
    ...build.bases.map((base) => haveBase(base, build.pull)),
    sh`docker buildx version >/dev/null 2>&1 || { DOCKER_BUILDKIT=0 classic=--force-rm; export DOCKER_BUILDKIT; }
docker build $classic ${own} --label ${BASES_LABEL}="$bases" ${build.context} 2>&1 || exit
docker image inspect --format '{{.Id}}' ${build.image}`,
  );
}

/** A base image must be on the host before, or its id could not be noted. */
function haveBase(base: string, pull: boolean): Script {
  const id = sh`docker image inspect --format '{{.Id}}' ${base} 2>/dev/null`;
  const fetch = sh`docker pull ${base} </dev/null >&2 || { printf '%s\n' ${base}; exit ${NO_BASE}; }`;
  return sh`${pull ? fetch : sh`${id} >/dev/null || ${fetch}`}
bases="$bases\${bases:+ }"${base}=$(${id})`;
}

export function readBases(label: string | undefined): ReadonlyMap<string, string> {
  const pairs = (label ?? '').split(' ').filter(Boolean);
  return new Map(
    pairs.map((pair) => [pair.slice(0, pair.lastIndexOf('=')), pair.slice(pair.lastIndexOf('=') + 1)]),
  );
}

/** What the client says before any build. */
const NOISE =
  /^DEPRECATED: The legacy builder|^ +(BuildKit is currently disabled|environment-variable|Install the buildx)|^Sending build context/;

/** The failing step and the last lines. */
export function buildFailure(reply: Reply, image: string): Refusal {
  const trouble = engineTrouble(reply);
  if (trouble) return trouble;
  const out = text(reply.out).trimEnd();
  if (reply.code === NO_BASE) {
    const said = dockersWords(text(reply.err));
    return refuse(
      `the base image ${out.split('\n').at(-1)} of ${image} is not on this host and can't be pulled: ${said}`,
      hintFor(said),
    );
  }
  const said = out.split('\n').filter((line) => line.trim() !== '' && !NOISE.test(line));
  const step = failingStep(said);
  return refuse(`image ${image} was not built${step}; the last lines:\n${said.slice(-12).join('\n')}`);
}

/** Of the classic builder (`Step 2/5 : RUN …`) or of BuildKit (`ERROR: … [2/5] RUN …`). */
function failingStep(said: readonly string[]): string {
  const classic = said.findLast((line) => /^Step \d+\/\d+ : /.test(line));
  if (classic) return `: ${classic.replace(/^Step (\S+) : /, 'step $1, ')}`;
  const buildkit = said.findLast((line) => /^ > \[.*\d+\/\d+\] /.test(line));
  return buildkit ? `: step ${buildkit.replace(/^ > \[(.*?)\] /, '$1, ').replace(/:$/, '')}` : '';
}
