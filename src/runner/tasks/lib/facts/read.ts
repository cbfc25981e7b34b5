import type { Json, JsonObject } from '../../../contract/json.ts';
import { distributionOf } from './distribution.ts';

/** The facts, from the answer to `probeFacts`. What the host did not tell is missing. */
export function readFacts(out: string): JsonObject {
  const [told = '', rest = ''] = cut(out, '\nrelease\n');
  const [release = '', environ = ''] = cut(rest, '\nenv\n');
  const said = new Said(told);
  const nodename = said.one('nodename') ?? '';
  const hostname = nodename.split('.')[0]!;
  const fqdn = said.one('fqdn') ?? nodename;
  return present({
    hostname,
    nodename,
    fqdn,
    domain: fqdn.includes('.') ? fqdn.slice(fqdn.indexOf('.') + 1) : '',
    system: said.one('system'),
    kernel: said.one('kernel'),
    kernel_version: said.one('kernel_version'),
    architecture: said.one('machine'),
    machine: said.one('machine'),
    ...distributionOf(release, said.one('debian')),
    pkg_mgr: said.one('packages')?.replace('apt-get', 'apt') ?? 'unknown',
    service_mgr: said.one('services')?.replace(/^init$/, 'sysvinit'),
    processor_vcpus: said.number('vcpus') || said.number('nproc'),
    processor_nproc: said.number('nproc'),
    memtotal_mb: said.mebibytes('MemTotal:'),
    memfree_mb: said.mebibytes('MemFree:'),
    swaptotal_mb: said.mebibytes('SwapTotal:'),
    swapfree_mb: said.mebibytes('SwapFree:'),
    uptime_seconds: said.number('uptime'),
    default_ipv4: defaultWay(said),
    all_ipv4_addresses: addressesOf(said).map(({ address }) => address),
    interfaces: said.all('interface'),
    user_id: said.one('user'),
    user_uid: said.number('uid'),
    user_gid: said.number('gid'),
    user_dir: said.one('home'),
    env: environmentOf(environ),
    date_time: clockOf(said),
  });
}

/** Lines of `name value`. */
class Said {
  private readonly lines: readonly string[];

  constructor(text: string) {
    this.lines = text.split('\n');
  }

  all(name: string): string[] {
    return this.lines
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1).trim())
      .filter((value) => value !== '');
  }

  one(name: string): string | undefined {
    return this.all(name)[0];
  }

  /** Whole; undefined where it is none. */
  number(name: string): number | undefined {
    const value = Number.parseInt(this.one(name) ?? '', 10);
    return Number.isNaN(value) ? undefined : value;
  }

  /** Told in KiB. */
  mebibytes(name: string): number | undefined {
    const value = this.number(name);
    return value === undefined ? undefined : Math.floor(value / 1024);
  }
}

function cut(text: string, at: string): [string, string] {
  const place = text.indexOf(at);
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + at.length)];
}

function present(facts: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, Json] => fact[1] !== undefined),
  );
}

/** `8.8.8.8 via 172.17.0.1 dev eth0 src 172.17.0.2 …`; else the kernel's table, `eth0 010011AC`. */
function defaultWay(said: Said): JsonObject {
  const route = said.one('route') ?? '';
  const word = (name: string) => new RegExp(`\\b${name} (\\S+)`).exec(route)?.[1];
  if (word('dev')) return present({ address: word('src'), interface: word('dev'), gateway: word('via') });
  const [name, gateway] = said.one('table')?.split(' ') ?? [];
  if (name === undefined) return {};
  const address = addressesOf(said).find((one) => one.on === name)?.address;
  return present({ address, interface: name, gateway: gateway && dotted(gateway) });
}

/** `010011AC` → `172.17.0.1`; undefined for none. */
function dotted(hex: string): string | undefined {
  if (!/^[0-9A-F]{8}$/i.test(hex) || hex === '00000000') return undefined;
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
}

function addressesOf(said: Said): { on: string; address: string }[] {
  return said.all('address').flatMap((line) => {
    const [on = '', mask = ''] = line.split(' ');
    const address = mask.split('/')[0]!;
    return address.startsWith('127.') || !/^[0-9.]+$/.test(address) ? [] : [{ on, address }];
  });
}

function environmentOf(environ: string): JsonObject {
  return Object.fromEntries(
    environ.split('\0').flatMap((one) => {
      const at = one.indexOf('=');
      return at > 0 ? [[one.slice(0, at), one.slice(at + 1)]] : [];
    }),
  );
}

function clockOf(said: Said): JsonObject | undefined {
  const words = said.one('date')?.split(' ');
  if (words?.length !== 11) return undefined;
  const [year, month, day, hour, minute, second, epoch, weekday, number, tz, offset] = words as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return present({
    year,
    month,
    day,
    hour,
    minute,
    second,
    date: `${year}-${month}-${day}`,
    time: `${hour}:${minute}:${second}`,
    epoch,
    epoch_int: Number(epoch),
    iso8601: said.one('utc'),
    weekday,
    weekday_number: number,
    tz,
    tz_offset: offset,
  });
}
