import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { changesOfMap, merged } from '../changes.ts';
import type { Container, Mounted } from '../inspect.ts';
import { bytes } from '../units.ts';
import { type Aspect, repeated, type Seen } from './aspect.ts';
import type { RunParams } from './properties.ts';

/** One mount, whichever form it was written in. */
export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs';
  /** '' for an anonymous volume and for a tmpfs. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly propagation?: string;
  readonly noCopy?: boolean;
  readonly tmpfs?: { readonly size?: number; readonly mode?: string };
  /** SELinux relabelling (`z`, `Z`), which only docker's short form knows. */
  readonly relabel?: string;
}

const PROPAGATIONS = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave']);

/** All mounts of a container but its `tmpfs` list. */
export function parseMounts(params: RunParams): readonly Mount[] | Refusal {
  const mounts: Mount[] = [];
  for (const given of params.volumes ?? []) {
    const mount = parseVolume(given);
    if ('refusal' in mount) return mount;
    mounts.push(mount);
  }
  for (const given of params.mounts ?? []) mounts.push(longForm(given));
  for (const mount of mounts) {
    const wrong = faultOf(mount);
    if (wrong) return wrong;
  }
  const twice = mounts.find((mount, i) => mounts.findIndex((other) => other.target === mount.target) !== i);
  return twice ? refuse(`two mounts have the target ${twice.target}`) : mounts;
}

function parseVolume(given: string): Mount | Refusal {
  const parts = given.split(':');
  if (parts.length === 1) return { type: 'volume', source: '', target: clean(given), readOnly: false };
  const [source = '', target = '', options = '', ...more] = parts;
  if (more.length > 0)
    return refuse(`${given} is no volume as docker writes it`, 'use `mounts` for a path with colons');
  const words = options.split(',').filter(Boolean);
  const propagation = words.find((word) => PROPAGATIONS.has(word));
  const relabel = words.find((word) => word === 'z' || word === 'Z');
  const unknown = words.find(
    (word) => !PROPAGATIONS.has(word) && !['ro', 'rw', 'nocopy', 'z', 'Z'].includes(word),
  );
  if (unknown)
    return refuse(
      `${given}: ${unknown} is no option of a volume`,
      'there are ro, rw, nocopy, z, Z and the propagations',
    );
  const bind = source.startsWith('/');
  return {
    type: bind ? 'bind' : 'volume',
    source: bind ? clean(source) : source,
    target: clean(target),
    readOnly: words.includes('ro'),
    ...(propagation ? { propagation } : {}),
    ...(words.includes('nocopy') ? { noCopy: true } : {}),
    ...(relabel ? { relabel } : {}),
  };
}

function longForm(given: NonNullable<RunParams['mounts']>[number]): Mount {
  const source = given.source ?? '';
  const size = given.tmpfs_size === undefined ? {} : { size: bytes(given.tmpfs_size) };
  const mode = given.tmpfs_mode === undefined ? {} : { mode: given.tmpfs_mode };
  return {
    type: given.type,
    source: given.type === 'bind' ? clean(source) : source,
    target: clean(given.target),
    readOnly: given.read_only,
    ...(given.propagation ? { propagation: given.propagation } : {}),
    ...(given.no_copy ? { noCopy: true } : {}),
    ...(given.type === 'tmpfs' ? { tmpfs: { ...size, ...mode } } : {}),
  };
}

function faultOf(mount: Mount): Refusal | null {
  const { type, source, target } = mount;
  if (!target.startsWith('/')) return refuse(`the mount target ${JSON.stringify(target)} is not absolute`);
  if (/[\0\n]/.test(source + target)) return refuse('a mount holds a line break or NUL');
  if (type === 'bind' && !source.startsWith('/')) {
    return refuse(`the bind mount of ${target} needs an absolute source, not ${JSON.stringify(source)}`);
  }
  if (type === 'volume' && source !== '' && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(source)) {
    return refuse(`${JSON.stringify(source)} is no name of a volume`, 'a path of the host must be absolute');
  }
  if (mount.relabel && type === 'bind' && /:/.test(source + target)) {
    return refuse(`${source}: a path with a colon can't be relabelled`);
  }
  return null;
}

/** As the engine cleans a path: no double, trailing or `.` parts. */
function clean(path: string): string {
  const cleaned = path.replace(/\/(\.?\/)+/g, '/').replace(/(.)\/\.?$/, '$1');
  return cleaned === '' ? path : cleaned;
}

function words(mount: Mount): string[] {
  if (mount.relabel) {
    const options = [mount.readOnly ? 'ro' : 'rw', mount.relabel, mount.propagation]
      .filter(Boolean)
      .join(',');
    return ['--volume', `${mount.source}:${mount.target}:${options}`];
  }
  const fields = [
    `type=${mount.type}`,
    ...(mount.source ? [`source=${mount.source}`] : []),
    `target=${mount.target}`,
    ...(mount.readOnly ? ['readonly'] : []),
    ...(mount.propagation ? [`bind-propagation=${mount.propagation}`] : []),
    ...(mount.noCopy ? ['volume-nocopy'] : []),
    ...(mount.tmpfs?.size === undefined ? [] : [`tmpfs-size=${mount.tmpfs.size}`]),
    ...(mount.tmpfs?.mode === undefined ? [] : [`tmpfs-mode=${mount.tmpfs.mode}`]),
  ];
  return ['--mount', fields.map(csvField).join(',')];
}

/** A field of a line of comma-separated values, which is what `--mount` reads. */
function csvField(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** What is told in a delta: `volume data`, `/srv/x (read-only)`. */
function shownMount(mount: Mount): string {
  const source = mount.type === 'bind' ? mount.source : [mount.type, mount.source || 'anonymous'].join(' ');
  const extras = [
    mount.readOnly ? 'read-only' : '',
    mount.propagation && mount.propagation !== 'rprivate' ? mount.propagation : '',
    mount.tmpfs?.size === undefined ? '' : `${mount.tmpfs.size} bytes`,
    mount.tmpfs?.mode === undefined ? '' : `mode ${mount.tmpfs.mode.replace(/^0+/, '')}`,
  ].filter(Boolean);
  const name = mount.type === 'tmpfs' ? 'tmpfs' : source;
  return extras.length > 0 ? `${name} (${extras.join(', ')})` : name;
}

function mountOf(mounted: Mounted, container: Container): Mount {
  const anonymous = /^[0-9a-f]{64}$/.test(mounted.Name ?? '');
  const options = container.HostConfig.Mounts?.find((m) => m.Target === mounted.Destination)?.TmpfsOptions as
    | { SizeBytes?: number; Mode?: number }
    | undefined;
  return {
    type: mounted.Type as Mount['type'],
    source: mounted.Type === 'volume' ? (anonymous ? '' : (mounted.Name ?? '')) : mounted.Source,
    target: mounted.Destination,
    readOnly: !mounted.RW,
    ...(mounted.Type === 'bind' && mounted.Propagation ? { propagation: mounted.Propagation } : {}),
    ...(mounted.Type === 'tmpfs'
      ? {
          tmpfs: {
            ...(options?.SizeBytes ? { size: options.SizeBytes } : {}),
            ...(options?.Mode ? { mode: options.Mode.toString(8) } : {}),
          },
        }
      : {}),
  };
}

function current({ container, image }: Seen, declared: ReadonlySet<string>): Record<string, string> {
  const own = container.Mounts.map((mounted) => mountOf(mounted, container)).filter(
    (mount) => !(mount.type === 'volume' && mount.source === '' && isImageVolume(mount.target)),
  );
  return Object.fromEntries(own.map((mount) => [mount.target, shownMount(mount)]));

  function isImageVolume(target: string): boolean {
    return !declared.has(target) && Object.keys(image.Volumes ?? {}).some((path) => clean(path) === target);
  }
}

function tmpfsMap(list: readonly string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (list ?? []).map((entry) => {
      const at = entry.indexOf(':');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

export const storageAspect: Aspect = {
  words: (params) => [
    ...(parseMounts(params) as readonly Mount[]).flatMap(words),
    ...repeated('--tmpfs', params.tmpfs),
  ],
  differs(params, seen) {
    const declared = parseMounts(params) as readonly Mount[];
    const targets = new Set(declared.map((mount) => mount.target));
    const wanted = Object.fromEntries(declared.map((mount) => [mount.target, shownMount(mount)]));
    return merged(
      changesOfMap('mounts', current(seen, targets), wanted),
      changesOfMap('tmpfs', seen.container.HostConfig.Tmpfs ?? {}, tmpfsMap(params.tmpfs)),
    );
  },
  unseen(params) {
    const noCopy = (parseMounts(params) as readonly Mount[]).filter((mount) => mount.noCopy || mount.relabel);
    return noCopy.length > 0
      ? { mounts: noCopy.map((m) => `${m.target} ${m.noCopy} ${m.relabel}`).sort() }
      : {};
  },
};
