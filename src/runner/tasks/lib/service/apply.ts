import type { Delta } from '../../../contract/delta.ts';
import { type Reply, text } from '../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { INIT } from './ask.ts';
import { type Service, scriptName } from './desired.ts';
import type { ServiceNow } from './facts.ts';

/** Exit statuses of ours: the service did not become what its script was told. */
const NOT_RUNNING = 91;
const STILL_RUNNING = 92;
const FAILED = 93;

/** Seconds until a service must run, or have ended, after its script said so. */
const PATIENCE = 10;
/** Looks in a row, a second apart, that must find it running: what dies at once still lives at the first. */
const LOOKS = 2;

type Verb = 'start' | 'stop' | 'restart' | 'reload';

const VERBS: Readonly<Record<string, Verb>> = {
  started: 'start',
  stopped: 'stop',
  restarted: 'restart',
  reloaded: 'reload',
};

export function applyService(delta: Delta, service: Service, now: ServiceNow): Script {
  const enable = 'enabled' in delta ? (service.enabled ?? null) : null;
  const verb = VERBS[String(delta['state']?.to)];
  if (now.manager === 'systemd') return bySystemd(service.name, enable, verb, now.stale);
  const script = scriptName(service.name);
  return lines(enable !== null && enabling(script, enable), verb && byScript(script, verb));
}

/** A unit may count as started before its program runs: what has failed a moment later was not started. */
function bySystemd(name: string, enable: boolean | null, verb: Verb | undefined, stale: boolean): Script {
  return lines(
    stale && sh`systemctl daemon-reload || exit`,
    enable !== null && sh`systemctl --quiet ${enable ? 'enable' : 'disable'} -- ${name} || exit`,
    verb && sh`systemctl --no-pager ${verb} -- ${name} || exit`,
    verb && verb !== 'stop' && sh`sleep 1; ! systemctl --quiet is-failed -- ${name} || exit ${FAILED}`,
  );
}

/** `defaults` makes the links where there are none, `enable` turns those that say no. */
function enabling(name: string, enable: boolean): Script {
  const tool = sh`update-rc.d ${name}`;
  return enable
    ? sh`${tool} defaults >&2 && ${tool} enable >&2 || exit 1`
    : sh`${tool} disable >&2 || exit 1`;
}

/** An init script may end before its service runs, or has ended: that is waited for. */
function byScript(name: string, verb: Verb): Script {
  const runs = sh`init /etc/init.d/${name} status >/dev/null 2>&1`;
  const [due, looks, otherwise] =
    verb === 'stop' ? [sh`! ${runs}`, 1, STILL_RUNNING] : [runs, LOOKS, NOT_RUNNING];
  return lines(
    INIT,
    sh`init /etc/init.d/${name} ${verb} >&2 || exit 1
waited=0 seen=0
while :; do
  if ${due}; then
    seen=$((seen + 1)); [ "$seen" -lt ${looks} ] || break
  else
    seen=0; [ "$waited" -lt ${PATIENCE} ] || exit ${otherwise}
  fi
  waited=$((waited + 1)); sleep 1
done`,
  );
}

export function explainService(reply: Reply, { name, state }: Service): Refusal {
  const said = text(reply.err).trim().split('\n').slice(-5).join('\n');
  if (reply.code === NOT_RUNNING) {
    return refuse(`service ${name} was started and does not run${said && `; it said:\n${said}`}`);
  }
  if (reply.code === FAILED) return refuse(`service ${name} was started and has failed`, journal(name));
  if (reply.code === STILL_RUNNING) return refuse(`service ${name} was stopped and runs still`);
  return refuse(`service ${name}: ${said || `its manager exited ${reply.code}`}`, hintFor(said, name, state));
}

function hintFor(said: string, name: string, state: Service['state']): string | undefined {
  if (
    /Permission denied|Access denied|[Aa]uthentication|Operation not permitted|superuser|must be root/.test(
      said,
    )
  ) {
    return 'run it as root: `become: true`';
  }
  if (/See "systemctl status/.test(said)) return journal(name);
  return state === 'reloaded' ? 'it may know no reload: say restarted' : undefined;
}

function journal(name: string): string {
  return `\`systemctl status ${name}\` and \`journalctl -xeu ${name}\` on the host tell more`;
}
