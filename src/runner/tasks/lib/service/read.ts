import { type Reply, text } from '../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { first, type Records, readRecords } from '../accounts/records.ts';
import { didYouMean } from '../suggest.ts';
import { type Service, scriptName } from './desired.ts';
import type { ServiceNow } from './facts.ts';

export function readService(reply: Reply, service: Service): ServiceNow | Refusal {
  const records = readRecords(text(reply.out));
  switch (first(records, 'manager')) {
    case 'systemd':
      return readSystemd(text(reply.out), records, service);
    case 'sysv':
      return readSysv(records, service);
    case 'none':
      return refuse(
        'this host has neither systemd nor /etc/init.d',
        'start the program with supervisord instead',
      );
    default:
      return refuse(`could not look at service ${service.name}: the shell exited ${reply.code}`);
  }
}

function readSystemd(out: string, records: Records, { name }: Service): ServiceNow | Refusal {
  const trouble = first(records, 'trouble');
  if (trouble !== undefined) return refuse(`systemd does not answer: ${trouble}`);
  const property = (word: string) => new RegExp(`^${word}=(.*)$`, 'm').exec(out)?.[1] ?? '';
  const load = property('LoadState');
  if (load === 'not-found') return unknownService(name, records);
  const shown = property('ActiveState');
  return {
    manager: 'systemd',
    shown,
    running: ['active', 'activating', 'reloading'].includes(shown),
    enabled: enabledState(first(records, 'enabled')),
    masked: load === 'masked',
    stale: property('NeedDaemonReload') === 'yes',
    canEnable: true,
  };
}

/** The words of `systemctl is-enabled` (systemctl(1)). */
function enabledState(word: string | undefined): ServiceNow['enabled'] {
  if (word === undefined) return null;
  if (word === 'enabled' || word === 'enabled-runtime') return true;
  return ['static', 'alias', 'indirect', 'generated', 'transient'].includes(word) ? 'fixed' : false;
}

/** Exit statuses of `status`: 0 it runs, 1 to 3 it does not, 4 not known (LSB, init script actions). */
function readSysv(records: Records, { name, state }: Service): ServiceNow | Refusal {
  if (!records.has('found')) return unknownService(scriptName(name), records);
  const status = Number(first(records, 'status') ?? 3);
  if (status > 3 && state !== undefined) {
    return refuse(
      `/etc/init.d/${scriptName(name)} cannot tell whether its service runs (status ended with ${status})`,
      'if only root may look: `become: true`',
    );
  }
  const enabled = first(records, 'enabled');
  return {
    manager: 'sysv',
    shown: status === 0 ? 'running' : 'stopped',
    running: status === 0,
    enabled: enabled === undefined ? null : enabled === 'enabled',
    masked: false,
    stale: false,
    canEnable: !records.has('fixed'),
  };
}

function unknownService(name: string, records: Records): Refusal {
  const known = (records.get('candidate') ?? []).map((unit) => unit.replace(/\.service$/, ''));
  return refuse(
    `this host has no service ${name}`,
    didYouMean(name, known) ?? 'install it first, or check its name',
  );
}
