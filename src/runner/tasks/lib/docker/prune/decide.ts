import type { Change, Delta } from '../../../../contract/delta.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { shortId } from '../reference.ts';
import type { PruneParams } from './desired.ts';
import type { PruneFacts, Seen } from './facts.ts';

/** What goes: nothing but what bears the label and is in no list. */
export interface Going {
  readonly containers: readonly Seen[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** By name; by id where there is none. */
  readonly images: readonly string[];
}

export function goingOf(facts: PruneFacts, params: PruneParams): Going {
  const without = (all: readonly string[], kept: readonly string[] | undefined) =>
    kept ? all.filter((name) => !kept.includes(name)) : [];
  const containers = facts.containers
    .filter(({ ours, name }) => ours && goes(name, params.containers))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    containers,
    networks: without(facts.networks, params.networks),
    volumes: without(facts.volumes, params.volumes),
    images: imagesGoing(facts, containers, params.images),
  };
}

/** What docker_run keeps aside while it exchanges a container goes with the container. */
function goes(name: string, kept: readonly string[] | undefined): boolean {
  return kept !== undefined && !kept.includes(name.replace(/\.mama-play-(new|old)$/, ''));
}

/** An image of a container that stays, stays. */
function imagesGoing(
  facts: PruneFacts,
  going: readonly Seen[],
  kept: readonly string[] | undefined,
): string[] {
  if (!kept) return [];
  const used = new Set(facts.containers.filter((one) => !going.includes(one)).map(({ image }) => image));
  return facts.images
    .filter(({ id, name }) => !used.has(id) && (name === null || !kept.includes(name)))
    .map(({ id, name }) => name ?? id);
}

export function decidePrune(facts: PruneFacts, params: PruneParams): Delta | null | Refusal {
  const going = goingOf(facts, params);
  const delta = deltaOf(going);
  return Object.keys(delta).length === 0 ? null : (hindrance(facts, going) ?? delta);
}

function deltaOf({ containers, networks, volumes, images }: Going): Delta {
  const gone = (field: string, from: string): [string, Change] => [field, { from, to: 'absent' }];
  return Object.fromEntries([
    ...containers.map(({ name, state }) => gone(`container.${name}`, state)),
    ...networks.map((name) => gone(`network.${name}`, 'present')),
    ...volumes.map((name) => gone(`volume.${name}`, 'present')),
    ...images.map((name) => gone(`image.${name.startsWith('sha256:') ? shortId(name) : name}`, 'present')),
  ]);
}

function hindrance({ containers }: PruneFacts, going: Going): Refusal | null {
  const supervised = going.containers.find(({ program, state }) => program !== null && state === 'running');
  if (supervised) {
    return refuse(
      `container ${supervised.name} is run by supervisord's program ${supervised.program}`,
      'remove the program first (supervisord_program with state: absent, then supervisord_reload)',
    );
  }
  const staying = containers.filter((one) => !going.containers.includes(one));
  for (const [sort, names, field] of [
    ['network', going.networks, 'networks'],
    ['volume', going.volumes, 'mounts'],
  ] as const) {
    for (const name of names) {
      const users = staying.filter((one) => one[field].includes(name)).map((one) => one.name);
      if (users.length > 0) {
        return refuse(
          `${sort} ${name} is used by ${users.join(', ')}, which stays`,
          `add it to \`${sort}s\`, or remove those containers first`,
        );
      }
    }
  }
  return null;
}
