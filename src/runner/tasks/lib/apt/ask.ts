import { lines, type Script, sh } from '../../../contract/script.ts';

export interface Wanted {
  /** `name` or `name:arch`. */
  readonly name: string;
  /** A version, which may hold `*`; null: any. */
  readonly version: string | null;
}

export interface AptDesired {
  readonly packages: readonly Wanted[];
  readonly state: 'present' | 'absent' | 'latest';
  readonly updateCache: boolean;
  /** Seconds. */
  readonly cacheValid: number;
  readonly purge: boolean;
  readonly allowDowngrade: boolean;
  readonly recommends: boolean | null;
  readonly release: string | null;
  /** Seconds. */
  readonly lockTimeout: number;
}

export const NO_APT = 90;

/** One line per package that dpkg knows of: `name:arch status version`. */
export const DPKG_FORMAT = '${Package}:${Architecture} ${db:Status-Status} ${Version}\\n';

/**
 * One dpkg-query; only if that shows something to do, a simulation of apt-get, which writes nothing, not even its
 * cache and its log. The answer: facts, packages that need something, age of the package lists, the simulation's code and text,
 * each ended by NUL but the last.
 */
export function askApt(desired: AptDesired): Script {
  const { packages } = desired;
  return lines(
    sh`command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1 || exit ${NO_APT}`,
    packages.length > 0 ? dpkgFacts(packages) : sh`facts=`,
    sh`set --`,
    ...packages.map((one) => needs(one, desired)),
    sh`printf '%s\0%s\0' "$facts" "$*"`,
    desired.updateCache ? listsAge() : sh`printf '\0'`,
    packages.length > 0 &&
      sh`if [ $# -gt 0 ]; then said=$(apt-get ${simulation(desired)} "$@" 2>&1 </dev/null); printf '%s\0%s' "$?" "$said"; fi`,
  );
}

function dpkgFacts(packages: readonly Wanted[]): Script {
  return sh`facts=$(dpkg-query -W -f ${DPKG_FORMAT} ${packages.map(({ name }) => name)} 2>/dev/null)
has() { while IFS= read -r line; do case $line in $1) return 0 ;; esac; done <<FACTS
$facts
FACTS
return 1; }`;
}

/** Adds the package to the words unless it is as wanted. Names and versions hold no pattern characters but `*`. */
function needs({ name, version }: Wanted, { state, purge }: AptDesired): Script {
  const own = name.includes(':') ? name : `${name}:*`;
  if (state === 'latest') return sh`set -- "$@" ${name}`;
  if (state === 'absent') return sh`has ${`${own} [!n${purge ? '' : 'c'}]*`} && set -- "$@" ${name}`;
  const word = version === null ? name : `${name}=${version}`;
  const rest = version ?? '*';
  return sh`has ${`${own} installed ${rest}`} || has ${`${own} triggers-* ${rest}`} || set -- "$@" ${word}`;
}

function simulation(desired: AptDesired): string[] {
  return [
    ...['-s', '-qq', '-o', 'APT::Get::Show-User-Simulation-Note=false'],
    ...['-o', 'Dir::Cache::pkgcache=', '-o', 'Dir::Cache::srcpkgcache='],
    ...['-o', 'Dir::Log::Planner=/dev/null', '-o', 'Dir::Log::Solver=/dev/null'],
    ...choices(desired),
  ];
}

/** The options and the verb that decide what apt-get would do. */
export function choices({
  state,
  purge,
  allowDowngrade,
  recommends,
  release,
  packages,
}: AptDesired): string[] {
  if (state === 'absent') return ['-y', purge ? 'purge' : 'remove'];
  const pinned = packages.some(({ version }) => version !== null);
  return [
    '-y',
    ...(recommends === null ? [] : [recommends ? '--install-recommends' : '--no-install-recommends']),
    ...(release === null ? [] : ['-t', release]),
    ...(allowDowngrade ? ['--allow-downgrades'] : []),
    // What is there stays as it is; a virtual package's provider, too.
    ...(state === 'present' && !pinned ? ['--no-upgrade'] : []),
    'install',
  ];
}

/** Seconds since the package lists were fetched; empty if they never were, or before a source was added. */
function listsAge(): Script {
  return sh`eval "$(apt-config shell lists Dir::State::lists/d list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
age=
for file in "$lists"/*_Packages*; do
  [ -e "$file" ] && age=$(($(date +%s) - $(stat -c %Y "$lists"))) && break
done
[ -n "$(find "$list" "$parts" -newer "$lists" 2>/dev/null)" ] && age=
printf '%s\0' "$age"`;
}
