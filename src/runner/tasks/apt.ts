import type { Change } from '../contract/delta.ts';
import { text } from '../contract/exchange.ts';
import { sh } from '../contract/script.ts';
import { type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { type AptFacts, packageChanges, readApt, readVersions } from './lib/apt/answer.ts';
import { type AptDesired, askApt, DPKG_FORMAT, NO_APT, type Wanted } from './lib/apt/ask.ts';
import { aptHint, changePackages, changing, explainApt, refreshLists } from './lib/apt/change.ts';

const PACKAGE = '^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?(=[A-Za-z0-9.+~:*-]+)?$';

/** Packages of Debian and its kin. */
export default stateTask({
  name: 'apt',
  short: 'name',
  schema: {
    type: 'object',
    description: 'Installs, upgrades or removes Debian packages.',
    additionalProperties: false,
    properties: {
      name: {
        type: ['string', 'array'],
        items: { type: 'string', pattern: PACKAGE },
        pattern: PACKAGE,
        aliases: ['pkg', 'package'],
        description: 'One package or a list: `name`, `name=version` (`*` stands for any text), `name:arch`.',
        examples: ['supervisor', ['postgresql-client', 'docker.io=20.10*']],
      },
      state: {
        enum: ['present', 'absent', 'latest'],
        default: 'present',
        description:
          'present: installed, in whatever version unless one is given; latest: the newest that the sources have.',
      },
      update_cache: {
        type: 'boolean',
        default: false,
        aliases: ['update-cache'],
        description: 'Refresh the package lists first, if something is to be installed and they are old.',
      },
      cache_valid_time: {
        type: 'integer',
        minimum: 0,
        default: 3600,
        description:
          'With update_cache: seconds after which the lists are old. Older than a source they always are.',
      },
      install_recommends: {
        type: 'boolean',
        description: 'Install recommended packages too, or not; as the host is set up unless given.',
      },
      purge: {
        type: 'boolean',
        default: false,
        description: 'With absent: remove configuration files too.',
      },
      default_release: {
        type: 'string',
        pattern: '^[A-Za-z0-9][A-Za-z0-9./=-]*$',
        description: 'The release that packages are taken from, as `apt-get -t`.',
        examples: ['bookworm-backports'],
      },
      allow_downgrade: {
        type: 'boolean',
        default: false,
        description: 'Allow a version older than the installed one.',
      },
      lock_timeout: {
        type: 'integer',
        minimum: 0,
        default: 60,
        description: 'Seconds to wait for another apt or dpkg on the host.',
      },
    },
  } as const,
  fields: {
    versions: {
      type: 'object',
      description: 'The installed version of each package that was named and is there.',
    },
    cache_updated: { type: 'boolean', description: 'The package lists were refreshed.' },
  },

  desire(params): AptDesired | Refusal {
    const names = params.name === undefined ? [] : [params.name].flat();
    if (names.length === 0 && !params.update_cache) {
      return refuse('apt has nothing to do', 'Name a package, or set `update_cache: true`.');
    }
    if (params.purge && params.state !== 'absent') return refuse('purge goes with state: absent only');
    const packages = names.map(readName);
    if (params.state !== 'present' && packages.some(({ version }) => version !== null)) {
      return refuse(`a version goes with state: present only, not ${params.state}`);
    }
    return {
      packages,
      state: params.state,
      updateCache: params.update_cache,
      cacheValid: params.cache_valid_time,
      purge: params.purge,
      allowDowngrade: params.allow_downgrade,
      recommends: params.install_recommends ?? null,
      release: params.default_release ?? null,
      lockTimeout: params.lock_timeout,
    };
  },

  probe: (desired) => askApt(desired),

  read(reply, desired): AptFacts | Refusal {
    if (reply.code === NO_APT) return refuse('this host has no apt-get', 'apt is for Debian and its kin.');
    return readApt(reply, desired);
  },

  decide(current, desired) {
    const { simulation, needed } = current;
    const steps = simulation?.error === null ? packageChanges(simulation.steps, desired) : {};
    const failed = simulation?.error ?? null;
    if (failed !== null && !desired.updateCache) return refuse(failed, aptHint(failed));
    const missing =
      failed === null ? {} : Object.fromEntries(needed.map((word) => [readName(word).name, INSTALLED]));
    const changes = { ...missing, ...steps };
    const installs = desired.state !== 'absent' && Object.keys(changes).length > 0;
    const looks = desired.state === 'latest' || desired.packages.length === 0;
    const old = isOld(current, desired) || failed !== null;
    const delta = { ...(old && (installs || looks) ? { cache: aged(current) } : {}), ...changes };
    return Object.keys(delta).length > 0 ? delta : null;
  },

  apply(delta, desired, current) {
    const names = desired.packages.map(({ name }) => name);
    const script = changing(
      'cache' in delta && refreshLists(desired),
      current.needed.length > 0 && changePackages(desired, current),
      names.length > 0 && sh`printf '\0'; dpkg-query -W -f ${DPKG_FORMAT} ${names} 2>/dev/null; :`,
    );
    return { script, stream: null };
  },

  explain: explainApt,
  looksAt: () => ['package:', 'tree:/etc/apt', 'tree:/var/lib/apt', 'tree:/var/lib/dpkg'],
  // Whatever packages bring: not below the directories that are the administrator's own.
  mayAlter: () => [
    ...['package:', 'service:', 'program:', 'user:', 'group:', 'database:', 'link:'],
    ...OF_PACKAGES.map((path) => `path:${path}`),
  ],

  result(_desired, current, delta, reply) {
    const after = reply ? text(reply.out).split('\0')[1] : undefined;
    return {
      versions: after === undefined ? current.versions : readVersions(after),
      cache_updated: reply !== null && delta !== null && 'cache' in delta,
    };
  },
});

/** Where Debian's packages put files, and what their scripts write. */
const OF_PACKAGES = ['/bin', '/boot', '/etc', '/lib', '/lib64', '/opt', '/run', '/sbin', '/usr', '/var'];

const INSTALLED: Change = { from: null, to: 'installed' };

function readName(word: string): Wanted {
  const [name = '', version] = word.split('=');
  return { name, version: version ?? null };
}

function isOld({ age }: AptFacts, { updateCache, cacheValid }: AptDesired): boolean {
  return updateCache && (age === null || age === undefined || age >= cacheValid);
}

function aged({ age }: AptFacts): Change {
  return { from: age === null || age === undefined ? 'not fetched yet' : `${age} s old`, to: 'fresh' };
}
