import type { ParamSchema } from './schema.ts';

const text = (description: string): ParamSchema => ({ type: 'string', description });
const count = (description: string): ParamSchema => ({ type: 'integer', description });

/** A map of exactly these fields, any of which may be missing. */
function record(description: string, properties: Readonly<Record<string, ParamSchema>>): ParamSchema {
  return { type: 'object', properties, additionalProperties: false, description };
}

/**
 * What can be known of a host, by name: a variable is called so behind `ansible_`, a field of `ansible_facts` is called
 * so alone. Ansible's names and meanings.
 */
export const FACTS: Readonly<Record<string, ParamSchema>> = {
  hostname: text('The name of the host, up to the first dot.'),
  nodename: text('The name of the host as its kernel has it.'),
  fqdn: text('Its full name; its short one where it knows no other.'),
  domain: text('The full name behind the first dot; empty where there is none.'),
  system: text('Linux.'),
  kernel: text("The kernel's release, such as 6.1.0-18-amd64."),
  kernel_version: text("The kernel's version line."),
  architecture: text('x86_64, aarch64 ….'),
  machine: text('The same as architecture.'),
  distribution: text('Debian, Ubuntu, Alpine ….'),
  distribution_version: text('Its version, such as 12.5; of Alpine such as 3.19.1.'),
  distribution_major_version: text('The version up to the first dot.'),
  distribution_release: text('Its code name, such as bookworm; NA where it has none.'),
  os_family: text('The family that it is of: Debian, RedHat, Alpine, Suse, Archlinux ….'),
  pkg_mgr: text('apt, dnf, yum, zypper, apk, pacman or unknown.'),
  service_mgr: text('What runs as its first process: systemd, openrc, sysvinit, or that process by name.'),
  processor_vcpus: count('Processors that the kernel knows.'),
  processor_nproc: count('Processors that a process may use.'),
  memtotal_mb: count('Memory, in MiB.'),
  memfree_mb: count('Memory that nothing uses, in MiB.'),
  swaptotal_mb: count('Swap, in MiB.'),
  swapfree_mb: count('Swap that nothing uses, in MiB.'),
  uptime_seconds: count('How long it has been up.'),
  default_ipv4: record('Where it goes to the world; empty where it does not.', {
    address: text('Its own address on that way.'),
    interface: text('The interface.'),
    gateway: text('The next hop; missing where the network is reached directly.'),
  }),
  all_ipv4_addresses: {
    type: 'array',
    items: text('An address.'),
    description: 'Its addresses, without the loopback ones.',
  },
  interfaces: { type: 'array', items: text('A name.'), description: 'Its network interfaces.' },
  user_id: text('The user who asks: the login user, or whom the play becomes.'),
  user_uid: count('Its number.'),
  user_gid: count('The number of its group.'),
  user_dir: text('Its home directory.'),
  env: {
    type: 'object',
    additionalProperties: text('A value.'),
    description: 'The environment that it has after login.',
  },
  date_time: record("The host's clock, all as text but epoch_int.", {
    year: text('Four digits.'),
    month: text('Two digits.'),
    day: text('Two digits.'),
    hour: text('Two digits.'),
    minute: text('Two digits.'),
    second: text('Two digits.'),
    date: text('2024-05-31.'),
    time: text('23:59:59.'),
    epoch: text('Seconds since 1970.'),
    epoch_int: count('The same as a number.'),
    iso8601: text('2024-05-31T21:59:59Z.'),
    weekday: text('Monday ….'),
    weekday_number: text('0 is Sunday.'),
    tz: text('The short name of its time zone.'),
    tz_offset: text('+0200.'),
  }),
};

/** The same as variables. */
export const FACT_VARIABLES: Readonly<Record<string, ParamSchema>> = {
  ...Object.fromEntries(Object.entries(FACTS).map(([name, schema]) => [`ansible_${name}`, schema])),
  ansible_facts: record('All facts, without the prefix.', FACTS),
};
