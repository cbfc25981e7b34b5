import { SIZE } from '../../units.ts';

const text = { type: 'string' } as const;
const size = { type: ['string', 'integer'], pattern: SIZE } as const;

/** What it may use, and what it may do. */
export const limitProperties = {
  memory: { ...size, description: 'The most memory (`512m`); changed in place.' },
  memory_reservation: { ...size, description: 'Memory that it is held to when the host is short of it.' },
  memory_swap: {
    type: ['string', 'integer'],
    pattern: `${SIZE}|^-1$`,
    description: 'Memory and swap together, -1 for no limit; twice `memory` unless given.',
  },
  cpus: { type: 'number', minimum: 0, description: 'The most processors (`1.5`); changed in place.' },
  cpu_shares: { type: 'integer', minimum: 0, description: 'Its weight against other containers.' },
  cpuset_cpus: { type: 'string', description: 'The processors it may run on (`0-2,4`).' },
  pids_limit: { type: 'integer', description: 'The most processes; -1 for no limit.' },
  shm_size: { ...size, description: 'Size of /dev/shm (64m).' },
  ulimits: {
    type: 'array',
    items: { type: 'string', pattern: '^[a-z]+[=:]-?[0-9]+(:-?[0-9]+)?$' },
    description: 'Limits of its processes, `name=soft[:hard]` (`nofile=1024:4096`).',
  },
  oom_score_adj: {
    type: 'integer',
    minimum: -1000,
    maximum: 1000,
    description: 'How gladly the kernel kills it.',
  },
  cap_add: { type: 'array', items: text, aliases: ['capabilities'], description: 'Capabilities added.' },
  cap_drop: { type: 'array', items: text, description: 'Capabilities taken away (`ALL` too).' },
  privileged: { type: 'boolean', default: false, description: 'Whether it may do everything that root may.' },
  security_opt: { type: 'array', items: text, aliases: ['security_opts'], description: 'Security options.' },
  devices: {
    type: 'array',
    items: { type: 'string', pattern: '^/' },
    description: 'Devices of the host, `/dev/x[:/dev/y][:rwm]`.',
  },
  sysctls: {
    type: 'object',
    additionalProperties: { type: ['string', 'integer'] },
    description: "Kernel settings of the container's own namespaces.",
  },
  pid: {
    type: 'string',
    aliases: ['pid_mode'],
    description: 'Process namespace: `host` or `container:<name>`.',
  },
  ipc: {
    type: 'string',
    aliases: ['ipc_mode'],
    description: 'IPC namespace: `host`, `private`, `shareable` ….',
  },
  userns: { type: 'string', aliases: ['userns_mode'], description: 'User namespace: `host`.' },
  runtime: { type: 'string', description: 'The OCI runtime.' },
  cgroup_parent: { type: 'string', description: 'The parent control group.' },
  log_driver: { type: 'string', description: "Where its output goes; the engine's own unless given." },
  log_options: {
    type: 'object',
    additionalProperties: { type: ['string', 'integer', 'boolean'] },
    aliases: ['log_opt'],
    description: 'Options of the log driver (`max-size`, `max-file` …).',
  },
} as const;
