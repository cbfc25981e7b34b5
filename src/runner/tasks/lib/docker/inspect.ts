import { isObject, type Json } from '../../../contract/json.ts';
import { imageName } from './reference.ts';

/** What `docker inspect` tells of a container, as far as it is read here. Lists and maps may be null or missing. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly StartedAt: string;
    readonly ExitCode?: number;
    readonly Health?: { readonly Status: string } | null;
  };
  readonly Config: Config & {
    readonly Image: string;
    readonly Hostname: string;
    readonly Domainname?: string;
  };
  readonly HostConfig: HostConfig;
  readonly Mounts: readonly Mounted[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, Endpoint>> | null };
}

/** What an image hands to its containers, and a container's own version of it. */
export interface Config {
  readonly Env?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | null;
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly ExposedPorts?: Readonly<Record<string, unknown>> | null;
  readonly Volumes?: Readonly<Record<string, unknown>> | null;
  readonly Healthcheck?: Health | null;
  readonly StopSignal?: string;
  readonly StopTimeout?: number | null;
  readonly Tty?: boolean;
  readonly OpenStdin?: boolean;
}

/** Times in nanoseconds; 0 or missing: inherited. */
export interface Health {
  readonly Test?: readonly string[] | null;
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
}

export interface HostConfig {
  readonly NetworkMode: string;
  readonly AutoRemove: boolean;
  readonly PortBindings?: Readonly<Record<string, readonly Binding[] | null>> | null;
  readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number };
  readonly Mounts?:
    | readonly { readonly Target: string; readonly Type: string; readonly TmpfsOptions?: Json }[]
    | null;
  readonly Tmpfs?: Readonly<Record<string, string>> | null;
  readonly LogConfig: { readonly Type: string; readonly Config?: Readonly<Record<string, string>> | null };
  readonly Devices?: readonly Device[] | null;
  readonly Ulimits?:
    | readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[]
    | null;
  /** Everything else is read by name: a number, a text, a switch, a list of texts. */
  readonly [field: string]: unknown;
}

export interface Binding {
  readonly HostIp: string;
  readonly HostPort: string;
}

export interface Device {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

export interface Mounted {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly RW: boolean;
  readonly Propagation?: string;
}

export interface Endpoint {
  readonly Aliases?: readonly string[] | null;
  readonly NetworkID?: string;
  readonly IPAMConfig?: { readonly IPv4Address?: string; readonly IPv6Address?: string } | null;
}

export interface Image {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Config?: Config | null;
}

export interface Network {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly EnableIPv6?: boolean;
  readonly IPAM: {
    readonly Config?:
      | readonly { readonly Subnet?: string; readonly Gateway?: string; readonly IPRange?: string }[]
      | null;
  };
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Containers?: Readonly<Record<string, { readonly Name: string }>> | null;
}

export interface Volume {
  readonly Name: string;
  readonly Driver: string;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

export interface Inspected {
  readonly containers: readonly Container[];
  readonly images: readonly Image[];
  readonly networks: readonly Network[];
  readonly volumes: readonly Volume[];
}

/**
 * Reads the lines of `docker inspect --format '{{json .}}'`, which may tell of objects of all sorts: each sort has a
 * part that no other has. Lines that are no JSON object are left to others.
 */
export function parseInspected(out: string): Inspected {
  const objects = out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Json)
    .filter(isObject);
  const those = <T>(part: string) => objects.filter((object) => part in object) as unknown as T[];
  return {
    containers: those<Container>('HostConfig'),
    images: those<Image>('RootFS'),
    networks: those<Network>('IPAM'),
    volumes: those<Volume>('Mountpoint'),
  };
}

/** The container of this name or id. */
export function containerNamed(inspected: Inspected, name: string): Container | null {
  return (
    inspected.containers.find((c) => c.Name === `/${name}`) ??
    inspected.containers.find((c) => c.Id.startsWith(name) && name.length >= 12) ??
    null
  );
}

/** The image that this name stands for: by tag, by digest or by id. */
export function imageNamed({ images }: Inspected, name: string): Image | null {
  const digest = /(?:^|@|^sha256:)([0-9a-f]{64})$|@sha256:([0-9a-f]{64})$/.exec(name);
  if (!digest) return images.find((image) => (image.RepoTags ?? []).map(imageName).includes(name)) ?? null;
  const hex = digest[1] ?? digest[2]!;
  return (
    images.find(({ Id, RepoDigests }) => [Id, ...(RepoDigests ?? [])].some((id) => id.endsWith(hex))) ?? null
  );
}

/** Nanoseconds since 1970 of one of docker's timestamps. */
export function instant(timestamp: string): bigint {
  const [, seconds, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(timestamp) ?? [];
  if (!seconds) return BigInt(Date.parse(timestamp)) * 1_000_000n;
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}
