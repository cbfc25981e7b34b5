const text = { type: 'string' } as const;

/** How it is reached, and what it reaches. */
export const networkProperties = {
  network: {
    type: 'string',
    pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.:-]*$',
    aliases: ['network_mode'],
    description:
      'A network by name, `bridge`, `host`, `none`, or `container:<name>` to share the network of another container.',
  },
  network_aliases: {
    type: 'array',
    items: text,
    description: 'Further names by which it is found in `network`.',
  },
  ip: { type: 'string', aliases: ['ipv4_address'], description: 'Its fixed IPv4 address in `network`.' },
  networks: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', description: 'The network.' },
        aliases: { type: 'array', items: text, description: 'Further names by which it is found there.' },
        ip: { type: 'string', description: 'Its fixed IPv4 address there.' },
      },
    },
    description: 'Networks beside `network` (or, without it, all of them; the first is the main one).',
  },
  ports: {
    type: 'array',
    items: { type: ['string', 'integer'] },
    aliases: ['published_ports', 'publish'],
    description:
      "Published ports in docker's form: `[address:][host port:]port[/udp]`, also ranges. Quote them.",
  },
  publish_all: {
    type: 'boolean',
    default: false,
    aliases: ['publish_all_ports'],
    description: 'Whether all exposed ports are published on free ports.',
  },
  expose: {
    type: 'array',
    items: { type: ['string', 'integer'] },
    aliases: ['exposed_ports', 'exposed'],
    description: 'Ports (or ranges) that are declared but not published.',
  },
  hostname: { type: 'string', description: 'Its host name inside; its short id unless given.' },
  domainname: { type: 'string', description: 'Its domain name inside.' },
  dns: {
    type: 'array',
    items: text,
    aliases: ['dns_servers'],
    description: "Name servers instead of the engine's.",
  },
  dns_search: { type: 'array', items: text, aliases: ['dns_search_domains'], description: 'Search domains.' },
  dns_options: { type: 'array', items: text, aliases: ['dns_opts'], description: 'Options of its resolver.' },
  extra_hosts: {
    type: 'object',
    additionalProperties: text,
    aliases: ['etc_hosts'],
    description: 'Lines for its /etc/hosts: name → address (`host-gateway` is the host).',
  },
} as const;
