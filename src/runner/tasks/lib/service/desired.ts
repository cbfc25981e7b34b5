import type { Infer } from '../../../contract/schema.ts';

export const SERVICE_SCHEMA = {
  type: 'object',
  description: 'Starts, stops or restarts a service of the host, and says whether it starts with the host.',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@:\\\\-]*$',
      description: "The service's name: a unit of systemd, or a script in /etc/init.d.",
    },
    state: {
      enum: ['started', 'stopped', 'restarted', 'reloaded'],
      description:
        'started and stopped act only where it is not so; restarted and reloaded act every time, and so belong into handlers.',
    },
    enabled: { type: 'boolean', description: 'Whether it starts with the host.' },
  },
} as const;

export type Service = Infer<typeof SERVICE_SCHEMA>;

/** Where there is no systemd a unit's suffix means nothing. */
export function scriptName(name: string): string {
  return name.replace(/\.service$/, '');
}
