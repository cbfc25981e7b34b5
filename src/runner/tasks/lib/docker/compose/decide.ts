import type { Delta } from '../../../../contract/delta.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { type Changes, change, merged } from '../changes.ts';
import { shortId } from '../reference.ts';
import type { Composed } from './desired.ts';
import type { ComposeNow, Member } from './read.ts';

export function decideCompose(now: ComposeNow, desired: Composed): Delta | null | Refusal {
  if (desired.state === 'present' && desired.pull === 'never' && major(now.version) === '1')
    return refuse(
      'docker-compose 1 pulls what lacks, and cannot be told not to',
      'leave `pull: never` out, or install version 2',
    );
  const delta = { present, stopped, absent }[desired.state](now, desired);
  return Object.keys(delta).length > 0 ? delta : null;
}

function present(now: ComposeNow, desired: Composed): Changes {
  return merged(
    ...[...now.hashes].map(([service, hash]) => serviceChanges(service, hash, now, desired)),
    ...(desired.removeOrphans ? orphans(now) : []),
  );
}

function serviceChanges(service: string, hash: string, now: ComposeNow, desired: Composed): Changes {
  const field = `services.${service}`;
  const members = now.containers.filter((one) => one.service === service && !one.oneOff);
  const wanted = now.declared.get(service) ?? 1;
  if (members.length === 0) return wanted === 0 ? {} : change(field, 'absent', 'running');
  const idle = members.find((one) => !one.running);
  const ill = members.find((one) => one.running && one.health !== null && one.health !== 'healthy');
  return merged(
    idle ? change(field, idle.status, 'running') : {},
    change(`${field}.replicas`, members.length, wanted),
    configChange(field, members, hash, now.version),
    ...members.map((one) => imageChange(`${field}.image`, one, now.images)),
    ill && desired.wait !== null ? change(`${field}.health`, ill.health, 'healthy') : {},
  );
}

/** Hashes of the two versions can't be compared: what the other one made is made anew. */
function configChange(field: string, members: readonly Member[], hash: string, version: string): Changes {
  const foreign = members.find((one) => major(one.version) !== major(version));
  if (foreign) return change(`${field}.made_by`, `compose ${foreign.version}`, `compose ${version}`);
  const other = members.find((one) => one.hash !== hash);
  return other ? change(`${field}.config`, other.hash.slice(0, 12), hash.slice(0, 12)) : {};
}

/** The name of its image stands for another one now. */
function imageChange(field: string, { image }: Member, images: ComposeNow['images']): Changes {
  const now = images.get(image.name);
  if (now === undefined || now === image.id) return {};
  return change(field, shortId(image.id), now === null ? 'missing' : shortId(now));
}

function stopped({ containers, hashes }: ComposeNow): Changes {
  const running = containers.filter((one) => one.running && !one.oneOff && hashes.has(one.service));
  return merged(...running.map(({ service }) => change(`services.${service}`, 'running', 'stopped')));
}

function absent(now: ComposeNow, { services, removeOrphans, removeVolumes }: Composed): Changes {
  const isMeant = (one: Member) =>
    services === null ? now.declared.has(one.service) : services.includes(one.service) && !one.oneOff;
  const gone = merged(
    ...now.containers.filter(isMeant).map((one) => change(`services.${one.service}`, one.status, 'absent')),
  );
  if (services !== null) return gone;
  return merged(
    gone,
    ...(removeOrphans ? orphans(now) : []),
    ...now.networks.map((name) => change(`networks.${name}`, 'present', 'absent')),
    ...(removeVolumes ? now.volumes : []).map((name) => change(`volumes.${name}`, 'present', 'absent')),
  );
}

function orphans({ containers, declared }: ComposeNow): Changes[] {
  const strays = containers.filter((one) => !declared.has(one.service) && !one.oneOff);
  return strays.map((one) => change(`orphans.${one.name}`, one.status, 'absent'));
}

export function major(version: string): string {
  return version.split('.')[0]!;
}
