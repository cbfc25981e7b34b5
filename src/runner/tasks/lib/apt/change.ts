import { type Reply, text } from '../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { CLOCK } from '../await.ts';
import { type AptFacts, aptErrors } from './answer.ts';
import { type AptDesired, choices } from './ask.ts';

/** Nobody is asked, and configuration files that were changed by hand are kept. */
const QUIET = sh`export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none DEBIAN_PRIORITY=critical`;

/** Refreshes the package lists; waits for another apt as long as it may. Lists that cannot be fetched are an error. */
export function refreshLists({ lockTimeout }: AptDesired): Script {
  return lines(
    CLOCK,
    sh`clock; end=$((now + ${lockTimeout}))
exec 3>&1
until said=$(apt-get -q -o APT::Update::Error-Mode=any update 2>&1 >&3 </dev/null); do
  clock
  case $said in
    *'Could not get lock'*) [ "$now" -lt "$end" ] && sleep 1 && continue ;;
  esac
  printf '%s\n' "$said" >&2; exit 100
done
[ -z "$said" ] || printf '%s\n' "$said" >&2
eval "$(apt-config shell lists Dir::State::lists/d)"
# A refresh that found nothing new leaves no trace of its own.
touch "$lists"`,
  );
}

/** Installs or removes what is needed. Other packages go only if the simulation said so. */
export function changePackages(desired: AptDesired, { needed, simulation }: AptFacts): Script {
  const removes = simulation?.steps.some((step) => step.kind === 'remove') ?? false;
  const options = [
    ...['-q', '-o', `DPkg::Lock::Timeout=${desired.lockTimeout}`, '-o', 'Dpkg::Use-Pty=0'],
    ...['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'],
    ...(removes || desired.state === 'absent' ? [] : ['--no-remove']),
  ];
  return sh`apt-get ${[...options, ...choices(desired)]} ${needed} </dev/null || exit`;
}

export function changing(...scripts: (Script | false)[]): Script {
  return lines(QUIET, ...scripts);
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/Could not open lock file|are you root/, 'Set `become: true`.'],
  [
    /Could not get lock|Unable to lock|Unable to acquire/,
    'Another apt or dpkg is at work there; raise `lock_timeout` to wait longer.',
  ],
  [
    /Unable to locate package|has no installation candidate|was not found/,
    'Check the name and the sources, and set `update_cache: true` if the package lists may be old.',
  ],
  [
    /Failed to fetch|Temporary failure resolving|Could not (?:resolve|connect)/,
    'The host cannot reach its package sources.',
  ],
  [/dpkg was interrupted/, 'Run `dpkg --configure -a` on the host.'],
  [/downgraded/, 'Set `allow_downgrade: true` if that is wanted.'],
  [
    /remove is disabled/,
    'Other packages would have to go. Run it again: with the package lists as they are now, --check shows which.',
  ],
  [
    /[Hh]eld packages|held broken|unmet dependencies/,
    'Something is held back or conflicts; `apt-get -s install` on the host tells more.',
  ],
  [/enough free space/, 'Make room on the host.'],
];

export function aptHint(said: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(said))?.[1];
}

export function explainApt(reply: Reply): Refusal {
  const said = text(reply.err);
  const errors = aptErrors(said) || said.trim().split('\n').at(-1) || `apt-get exited ${reply.code}`;
  return refuse(errors, aptHint(said));
}
