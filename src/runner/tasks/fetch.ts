import { type Reply, text } from '../contract/exchange.ts';
import { lines, sh } from '../contract/script.ts';
import {
  type Area,
  isRefusal,
  isUnknown,
  type LocalPlace,
  MOVED,
  type Refusal,
  refuse,
  stateTask,
} from '../contract/task-type.ts';
import { sha256 } from './lib/files/content.ts';
import { missingParent, unreadable } from './lib/files/explain.ts';
import type { PathFacts } from './lib/files/facts.ts';
import { probePath } from './lib/files/path-probe.ts';
import { readPath } from './lib/files/path-read.ts';
import { baseName, PATH_PATTERN, tidy } from './lib/files/paths.ts';
import { areasOf } from './lib/files/predicted.ts';
import { inWorld } from './lib/files/world.ts';

/** Bytes; an answer is held in memory. */
const LARGEST = 64 * 1024 * 1024;

interface Desired {
  readonly src: string;
  readonly place: LocalPlace;
  readonly failsOnMissing: boolean;
}

export default stateTask({
  name: 'fetch',
  schema: {
    type: 'object',
    description: 'Brings a file of the host to this machine.',
    properties: {
      src: {
        type: 'string',
        pattern: PATH_PATTERN,
        description: 'The file on the host: an absolute path, without `..`. Symbolic links are followed.',
      },
      dest: {
        type: 'string',
        pattern: '^[^\\0]+$',
        description:
          'A directory of this machine, relative to that of the playbook; the file becomes `dest/HOST/SRC`. With `flat`, the file itself, or the directory if it ends in `/`.',
      },
      flat: {
        type: 'boolean',
        default: false,
        description: 'Put the file at `dest` itself, without directories for the host and the path.',
      },
      fail_on_missing: {
        type: 'boolean',
        default: true,
        description: 'False: where the host has no such file, nothing is done.',
      },
    },
    required: ['src', 'dest'],
    additionalProperties: false,
  },
  fields: {
    dest: {
      type: 'string',
      description: 'The file on this machine, by its absolute path; not where the host has none.',
    },
    checksum: { type: 'string', description: 'SHA-256 of its content; not where the host has none.' },
    size: { type: 'integer', description: 'Bytes; not where the host has none.' },
  },

  desire({ src, dest, flat, fail_on_missing: failsOnMissing }, local): Desired | Refusal {
    const path = tidy(src);
    if (path === '/') return refuse('src names no file');
    const host = local.variable('inventory_hostname');
    if (!flat && (typeof host !== 'string' || /^\.{0,2}$|\//.test(host)))
      return refuse(`a host named ${JSON.stringify(host)} can't have a directory`, 'use `flat: true`');
    const file = !flat ? `${dest}/${host}${path}` : dest.endsWith('/') ? dest + baseName(path) : dest;
    const place = local.place(file);
    if (isRefusal(place))
      return flat ? { hint: 'a `dest` that ends in `/` is a directory', ...place } : place;
    return { src: path, place, failsOnMissing };
  },

  probe: ({ src }) =>
    lines(
      probePath({ path: src, follow: true }),
      sh`if [ -n "$s" ] && [ -f "$b" ]; then
if [ -r "$b" ]; then z=\${s#*:*:*:} z=\${z%%:*}
[ "$z" -gt ${LARGEST} ] || { h=$(sha256sum <"$b") && printf 'h%s\0' "\${h%% *}"; }
else printf 'n\0'; fi; fi
:`,
    ),

  read: (reply, { src }): PathFacts | Refusal => readPath(reply, { path: src, follow: true }),

  decide(current, { src, place, failsOnMissing }, world) {
    const facts = inWorld(current, world, true);
    if (isUnknown(facts)) return facts;
    const { kind, parent } = facts;
    if (parent.kind === 'missing' && parent.because === 'forbidden') return missingParent(src, parent);
    if (isMissing(facts)) {
      if (!failsOnMissing) return null;
      return refuse(`${src} is not there`, 'with `fail_on_missing: false` the play goes on without it');
    }
    if (kind === 'directory')
      return refuse(`${src} is a directory`, 'one file is fetched: pack a directory with `tar` before');
    if (kind === 'other') return refuse(`${src} is no file, but a device, socket or pipe`);
    const { attributes } = facts;
    if (!facts.readable) {
      const mode = attributes?.bits.toString(8).padStart(4, '0');
      return unreadable(src, `${attributes?.owner} ${mode}`);
    }
    const size = sizeOf(facts, current);
    if (size !== null && size > LARGEST)
      return refuse(`${src} has ${size} bytes, and no more than ${LARGEST} are fetched`, TOO_LARGE);
    if (current.kind === 'file' && current.readable && current.sha256 === null)
      return refuse(`${src} could not be read`, 'try `sha256sum` on it there');
    if (facts.sha256 === null) return { unknown: `what ${src} will hold is not known yet` };
    const now = place.sha256();
    if (now === facts.sha256) return null;
    return {
      content: { from: now === null ? null : `sha256:${now}`, to: `sha256:${facts.sha256}` },
      ...(size === null || size === place.size ? {} : { size: { from: place.size, to: size } }),
    };
  },

  // One byte more than may come tells that the file has grown.
  apply: (_, { src }) => sh`[ -f ${src} ] || exit ${MOVED}
head -c ${LARGEST + 1} <${src}`,

  keep: {
    path: ({ place }) => place.path,
    bytes: (reply, _, current) => (sha256(reply.out) === current.sha256 ? reply.out : null),
  },

  explain(reply: Reply, { src }): Refusal {
    const said = text(reply.err).trim().split('\n').at(-1);
    return refuse(`${src} could not be read: ${said || `the shell exited ${reply.code}`}`);
  },

  result({ place }, current, _, reply) {
    if (isMissing(current) || current.sha256 === null) return {};
    const size = reply ? reply.out.length : (current.attributes?.size ?? 0);
    return { dest: place.path, checksum: current.sha256, size };
  },

  looksAt: (_, facts): readonly Area[] => [...areasOf(facts), ...(facts.kind === 'link' ? ['path:'] : [])],
  mayAlter: () => [],
});

const TOO_LARGE = 'take it with scp or rsync: an answer is held in memory';

/** A link that leads to nothing is no file. */
function isMissing({ kind }: PathFacts): boolean {
  return kind === 'absent' || kind === 'link';
}

/** Bytes; null: a dry run does not know what it would be. */
function sizeOf(facts: PathFacts, asked: PathFacts): number | null {
  if (facts.sha256 === asked.sha256) return facts.attributes?.size ?? null;
  return facts.content?.length ?? null;
}
