import { isObject } from '../contract/json.ts';
import { type Refusal, refuse, stateTask, type World } from '../contract/task-type.ts';
import { type Changes, change, merged } from './lib/docker/changes.ts';
import { applyService, explainService } from './lib/service/apply.ts';
import { askService } from './lib/service/ask.ts';
import { SERVICE_SCHEMA, type Service } from './lib/service/desired.ts';
import type { ServiceNow } from './lib/service/facts.ts';
import { readService } from './lib/service/read.ts';

export default stateTask({
  name: 'service',
  schema: SERVICE_SCHEMA,
  fields: {
    name: { type: 'string', description: "The service's name." },
    state: { type: 'string', description: 'started or stopped.' },
    enabled: {
      type: ['boolean', 'null'],
      description: 'Whether it starts with the host; null if not declared.',
    },
  },

  desire(params): Service | Refusal {
    if (params.state !== undefined || params.enabled !== undefined) return params;
    return refuse('service has nothing to do', 'say `state`, `enabled`, or both');
  },
  probe: askService,
  read: readService,

  decide(asked, service, world) {
    const now = inWorld(asked, service, world);
    const delta = merged(enabledChange(now, service), stateChange(now, service));
    if (Object.keys(delta).length === 0) return null;
    return hindrance(delta, now, service) ?? delta;
  },

  apply: applyService,
  explain: explainService,
  result: ({ name, state, enabled }, now) => ({
    name,
    state: state === 'stopped' || (state === undefined && !now.running) ? 'stopped' : 'started',
    enabled: enabled ?? null,
  }),
  predict(_, { name, state, enabled }, asked, world) {
    const { running } = inWorld(asked, { name }, world);
    const runs = state === undefined ? running : state !== 'stopped';
    return {
      [`service:${name}`]: {
        state: runs ? 'started' : 'stopped',
        ...(enabled === undefined ? {} : { enabled }),
      },
    };
  },
  looksAt: ({ name }) => [
    `service:${name}`,
    'package:',
    ...['/etc/systemd', '/lib/systemd', '/usr/lib/systemd', '/etc/init.d'].map((path) => `tree:${path}`),
  ],
  mayAlter: (service) => [`service:${service?.name ?? ''}`],
});

/** As earlier tasks of a dry run would have left it. */
function inWorld(now: ServiceNow, { name }: Pick<Service, 'name'>, world: World): ServiceNow {
  const predicted = world.predicted(`service:${name}`);
  if (!isObject(predicted)) return now;
  const running = predicted['state'] !== 'stopped';
  const enabled = predicted['enabled'];
  return { ...now, running, ...(typeof enabled === 'boolean' ? { enabled } : {}) };
}

/** What is restarted or reloaded differs by that alone: it is asked for each time. */
function stateChange({ running, shown }: ServiceNow, { state }: Service): Changes {
  if (state === undefined) return {};
  if (state === 'restarted') return change('state', shown, state);
  if (state === 'reloaded') return change('state', shown, running ? state : 'started');
  return running === (state === 'started') ? {} : change('state', shown, state);
}

function enabledChange(now: ServiceNow, { enabled }: Service): Changes {
  return enabled === undefined || now.enabled === 'fixed' ? {} : change('enabled', now.enabled, enabled);
}

function hindrance(
  delta: Changes,
  { masked, canEnable }: ServiceNow,
  { name, state }: Service,
): Refusal | null {
  if (masked && (delta['enabled']?.to === true || ('state' in delta && state !== 'stopped'))) {
    return refuse(
      `service ${name} is masked: nothing may start it`,
      `\`systemctl unmask ${name}\` on the host lifts that`,
    );
  }
  if ('enabled' in delta && !canEnable) {
    return refuse(
      `this host has no update-rc.d, so that ${name} cannot be enabled or disabled`,
      'on Debian it is in the package init-system-helpers',
    );
  }
  return null;
}
