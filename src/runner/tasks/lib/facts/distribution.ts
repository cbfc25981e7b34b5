import type { JsonObject } from '../../../contract/json.ts';

/** By `ID` of os-release: how Ansible calls a distribution, and its family. */
const KNOWN: Readonly<Record<string, readonly [name: string, family: string]>> = {
  debian: ['Debian', 'Debian'],
  ubuntu: ['Ubuntu', 'Debian'],
  linuxmint: ['Linux Mint', 'Debian'],
  raspbian: ['Debian', 'Debian'],
  kali: ['Kali', 'Debian'],
  alpine: ['Alpine', 'Alpine'],
  fedora: ['Fedora', 'RedHat'],
  rhel: ['RedHat', 'RedHat'],
  centos: ['CentOS', 'RedHat'],
  rocky: ['Rocky', 'RedHat'],
  almalinux: ['AlmaLinux', 'RedHat'],
  amzn: ['Amazon', 'RedHat'],
  ol: ['OracleLinux', 'RedHat'],
  sles: ['SLES', 'Suse'],
  'opensuse-leap': ['openSUSE Leap', 'Suse'],
  'opensuse-tumbleweed': ['openSUSE Tumbleweed', 'Suse'],
  arch: ['Archlinux', 'Archlinux'],
  manjaro: ['Manjaro', 'Archlinux'],
  gentoo: ['Gentoo', 'Gentoo'],
};

/** `release`: the text of os-release. `debian`: that of /etc/debian_version, which alone has the point release. */
export function distributionOf(release: string, debian: string | undefined): JsonObject {
  const said = new Map(release.split('\n').flatMap(assignment));
  const id = said.get('ID') ?? '';
  const like = (said.get('ID_LIKE') ?? '').split(' ').find((one) => Object.hasOwn(KNOWN, one));
  const [name, family] = KNOWN[id] ?? [said.get('NAME') ?? 'unknown', like ? KNOWN[like]![1] : 'unknown'];
  const point = id === 'debian' && debian !== undefined && /^[0-9.]+$/.test(debian) ? debian : undefined;
  const version = point ?? said.get('VERSION_ID') ?? debian ?? 'NA';
  return {
    distribution: name,
    distribution_version: version,
    distribution_major_version: version.split('.')[0]!,
    distribution_release: said.get('VERSION_CODENAME') ?? 'NA',
    os_family: family,
  };
}

/** `NAME="value"`, with the quotes and escapes of a shell. */
function assignment(line: string): [string, string][] {
  const parts = /^([A-Z_]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*))$/.exec(line.trim());
  if (!parts) return [];
  const [, name, double, single, bare] = parts;
  return [[name!, double?.replace(/\\(.)/g, '$1') ?? single ?? bare ?? '']];
}
