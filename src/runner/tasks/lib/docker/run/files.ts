import { isObject, type Json, type JsonObject } from '../../../../contract/json.ts';
import { lines, type Script, sh } from '../../../../contract/script.ts';
import { MOVED, type Refusal, refuse, type World } from '../../../../contract/task-type.ts';
import { type Changes, change, merged } from '../changes.ts';
import { shortHash } from './compare.ts';

/** Label that holds a keyed hash of each env file and watched path, as they were when the container was made. */
export const FILES_LABEL = 'mama-play.files';

/** A path on the host whose content belongs to the container. */
export interface Watched {
  readonly path: string;
  readonly param: 'env_file' | 'watch';
}

/** What the host said of one: the SHA-256 of its content, or why there is none. */
export type Content = string | 'missing' | 'unreadable';

/** A script that prints the content's hash: of a file's bytes, or of names, bytes and links below a directory. */
function hashOf(path: string): Script {
  return sh`if [ -d ${path} ]; then
  { find ${path} -type f -exec sha256sum {} + | LC_ALL=C sort; find ${path} -type l -exec sh -c 'for l; do printf "%s %s\n" "$l" "$(readlink "$l")"; done' sh {} + | LC_ALL=C sort; } | sha256sum | cut -c1-64
else sha256sum <${path} | cut -c1-64; fi`;
}

/**
 * Prints `H <index> <hash|missing|unreadable>` for each, and `V <name>` for each variable of an env file (names
 * only).
 */
export function askFiles(watched: readonly Watched[]): Script {
  return lines(
    ...watched.map(({ path, param }, i) =>
      lines(
        sh`if ! [ -e ${path} ]; then echo H ${i} missing
elif ! [ -r ${path} ]; then echo H ${i} unreadable
else printf 'H %s %s\n' ${i} "$(${hashOf(path)})"`,
        param === 'env_file' &&
          sh`sed -n 's/^[[:space:]]*\([^=#[:space:]][^=[:space:]]*\)=.*/V \1/p' <${path}`,
        sh`fi`,
      ),
    ),
  );
}

export function readFiles(out: string, watched: readonly Watched[]): ReadonlyMap<string, Content> {
  const said = [...out.matchAll(/^H (\d+) (\S*)$/gm)];
  return new Map(said.map(([, i, hash]) => [watched[Number(i)]!.path, hash || 'unreadable']));
}

export function readVariables(out: string): ReadonlySet<string> {
  return new Set([...out.matchAll(/^V (\S+)$/gm)].map((match) => match[1]!));
}

/** Put before a change that was decided on these contents: asks for another decision if one moved since. */
export function filesUnmoved(contents: ReadonlyMap<string, Content>): Script {
  return lines(
    ...[...contents].map(([path, hash]) => sh`[ "$(${hashOf(path)})" = ${hash} ] || exit ${MOVED}`),
  );
}

/** The label's text; null where nothing is watched. The container's name is the key. */
export function filesLabel(name: string, contents: ReadonlyMap<string, Content>): string | null {
  if (contents.size === 0) return null;
  return JSON.stringify(
    Object.fromEntries([...contents].map(([path, hash]) => [path, shortHash(name, path, hash)])),
  );
}

/** Which of the contents are not those that the container was made with. Hashes are not shown. */
export function fileChanges(
  name: string,
  watched: readonly Watched[],
  contents: ReadonlyMap<string, Content>,
  label: string | undefined,
): Changes {
  const before = parseLabel(label);
  const now = parseLabel(filesLabel(name, contents) ?? undefined);
  const gone = Object.keys(before).filter((path) => !(path in now));
  return merged(
    ...watched.map(({ path, param }) => {
      if (before[path] === now[path]) return {};
      return change(
        `${param}.${path}`,
        before[path] === undefined ? null : 'other content',
        'content of now',
      );
    }),
    ...gone.map((path) => change(`watch.${path}`, 'declared', null)),
  );
}

function parseLabel(label: string | undefined): JsonObject {
  try {
    return label === undefined ? {} : (JSON.parse(label) as JsonObject);
  } catch {
    return {};
  }
}

/** What is predicted of a path, or of a directory above it. */
export function predictedPath(world: World, path: string): Json | undefined {
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
    const predicted = world.predicted(`path:${at}`);
    if (predicted !== undefined) return predicted;
  }
  return undefined;
}

/** The contents as earlier tasks of a dry run would have made them, as far as that is known. */
export function foreseen(contents: ReadonlyMap<string, Content>, world: World): ReadonlyMap<string, Content> {
  return new Map(
    [...contents].map(([path, now]) => {
      const predicted = world.predicted(`path:${path}`);
      const hash = isObject(predicted) && predicted['kind'] === 'file' ? predicted['sha256'] : undefined;
      return [path, typeof hash === 'string' ? hash : now];
    }),
  );
}

/**
 * The variables of env files as earlier tasks of a dry run would have written them, beside those of now: what left a file
 * shows as another content. Null: an env file would hold what only the real run can tell.
 */
export function foreseenVariables(
  now: ReadonlySet<string>,
  watched: readonly Watched[],
  world: World,
): ReadonlySet<string> | null {
  const names = new Set(now);
  for (const { path, param } of watched) {
    const predicted = predictedPath(world, path);
    if (param !== 'env_file' || predicted === undefined) continue;
    const text = isObject(predicted) ? predicted['text'] : undefined;
    if (typeof text !== 'string') return null;
    for (const [, name] of text.matchAll(/^\s*([^=#\s][^=\s]*)=/gm)) names.add(name!);
  }
  return names;
}

/** A path of which only the real run can tell what it will hold. */
export function unforeseen(watched: readonly Watched[], world: World): string | null {
  const unsure = watched.find(({ path, param }) => {
    const predicted = predictedPath(world, path);
    const needed = param === 'env_file' ? 'text' : 'sha256';
    return predicted !== undefined && !(isObject(predicted) && typeof predicted[needed] === 'string');
  });
  return unsure?.path ?? null;
}

export function missingFile(
  watched: readonly Watched[],
  contents: ReadonlyMap<string, Content>,
  world: World,
): Refusal | null {
  for (const { path, param } of watched) {
    const content = contents.get(path);
    if (content === 'unreadable')
      return refuse(`${param} ${path} can't be read by this user`, 'add `become: true`');
    if (content === 'missing' && predictedPath(world, path) === undefined) {
      return refuse(
        `${param} ${path} does not exist on the host`,
        'make it in an earlier task (template, copy)',
      );
    }
  }
  return null;
}
