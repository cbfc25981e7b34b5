import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { type Changes, change, merged } from '../changes.ts';
import type { Binding } from '../inspect.ts';
import { type Aspect, repeated } from './aspect.ts';

/** A published port: `80/tcp`, and where on the host (`127.0.0.1:8080`, `8080`, or '' for any free port). */
type Published = Readonly<Record<string, readonly string[]>>;

const FORM =
  /^(?:(\[[0-9a-fA-F:.]+\]|\d+\.\d+\.\d+\.\d+):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i;

/**
 * Reads docker's short form of published ports, ranges expanded as docker does: equally long ranges go port by port;
 * a range on the host for one port inside lets docker choose.
 */
export function parsePorts(ports: readonly (string | number)[]): Published | Refusal {
  const published: Record<string, string[]> = {};
  for (const given of ports) {
    const match = FORM.exec(String(given));
    if (!match) return badPort(given);
    const [, address = '', host = '', inside = '', protocol = 'tcp'] = match;
    const targets = range(inside);
    const sources = host ? range(host) : [];
    const free = targets.length === 1 && sources.length > 1;
    if (targets.length === 0 || (host && !free && sources.length !== targets.length)) return badPort(given);
    targets.forEach((target, i) => {
      const source = free ? host : String(sources[i] ?? '');
      const place = address ? `${address.replace(/[[\]]/g, '')}:${source}` : source;
      const key = `${target}/${protocol.toLowerCase()}`;
      published[key] = [...(published[key] ?? []), place];
    });
  }
  return published;
}

export function parseExposed(ports: readonly (string | number)[]): readonly string[] | Refusal {
  const exposed: string[] = [];
  for (const given of ports) {
    const match = /^(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i.exec(String(given));
    const targets = match ? range(match[1]!) : [];
    if (targets.length === 0) return badPort(given);
    exposed.push(...targets.map((port) => `${port}/${(match![2] ?? 'tcp').toLowerCase()}`));
  }
  return exposed;
}

function badPort(given: string | number): Refusal {
  return refuse(
    `${JSON.stringify(given)} is no port as docker writes it`,
    'like "127.0.0.1:8080:80", "53:53/udp" or "8000-8010:8000-8010"',
  );
}

/** Empty if it is none. */
function range(text: string): number[] {
  const [from = 0, to = from] = text.split('-').map(Number);
  if (from < 1 || to > 65535 || to < from) return [];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function shown(bindings: Readonly<Record<string, readonly Binding[] | null>> | null | undefined): Published {
  return Object.fromEntries(
    Object.entries(bindings ?? {}).map(([port, list]) => [
      port,
      (list ?? []).map(({ HostIp, HostPort }) => {
        const source = HostPort === '0' ? '' : HostPort;
        return HostIp ? `${HostIp}:${source}` : source;
      }),
    ]),
  );
}

/** `desire` has refused what can't be read, so it reads well here. */
function wanted(ports: readonly (string | number)[] | undefined): Published {
  return parsePorts(ports ?? []) as Published;
}

export const portsAspect: Aspect = {
  words: (params) => [...repeated('--publish', params.ports), ...repeated('--expose', params.expose)],
  differs(params, { container, image }) {
    const from = shown(container.HostConfig.PortBindings);
    const to = wanted(params.ports);
    const exposed = [
      ...Object.keys(image.ExposedPorts ?? {}),
      ...(parseExposed(params.expose ?? []) as string[]),
    ];
    const unpublished = (ports: readonly string[]) =>
      [...new Set(ports)].filter((port) => !(port in from) && !(port in to)).sort();
    return merged(
      publishedChanges(from, to),
      change('expose', unpublished(Object.keys(container.Config.ExposedPorts ?? {})), unpublished(exposed)),
    );
  },
};

function publishedChanges(from: Published, to: Published): Changes {
  const ports = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return merged(
    ...ports.map((port) => change(`ports.${port}`, sortedOrNull(from[port]), sortedOrNull(to[port]))),
  );
}

function sortedOrNull(places: readonly string[] | undefined): string[] | null {
  return places ? [...places].map((place) => place || 'any').sort() : null;
}
