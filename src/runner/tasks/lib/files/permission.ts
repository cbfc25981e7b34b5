import type { Delta } from '../../../contract/delta.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import type { Declared } from './attributes.ts';
import { BECOME } from './explain.ts';
import type { Attributes, Login, PathFacts } from './facts.ts';
import type { PathQuestion } from './path-probe.ts';

/**
 * Who asks, where that is not root and could matter: an owner or a group is declared, or what is there is somebody
 * else's. Root, and the owner of a file in his own group, are told from the rest without a process.
 */
export function askLogin({ owner, group, writes, follow }: PathQuestion): Script | null {
  if (!writes) return null;
  const declares = owner !== undefined || group !== undefined;
  const whoever = sh`[ -O / ] || { i=$(id -u); [ "$i" = 0 ] || printf 'u%s\0g%s\0' "$i:$(id -un)" "$(id -G) $(id -Gn)"; }`;
  return lines(
    declares ? whoever : sh`[ -z "$s" ] || { [ -O "$b" ] && [ -G "$b" ]; } || ${whoever}`,
    sh`[ -z "$s" ] || [ -w "$b" ] || ! [ -O / ] || ${follow ? sh`! [ -e "$b" ]` : sh`[ -L "$b" ]`} || printf 'W\0'`,
  );
}

/** Its owner may write it by its mode, asks as root, and may not: only what is immutable or read-only is so. */
export function isClosed(records: ReadonlyMap<string, string>, attributes: Attributes | null): boolean {
  return records.has('W') && attributes?.uid === 0 && (attributes.bits & 0o200) !== 0;
}

export function readLogin(records: ReadonlyMap<string, string>): Login | null {
  const [uid, name] = records.get('u')?.split(':') ?? [];
  return uid === undefined || name === undefined
    ? null
    : { uid: Number(uid), name, groups: ` ${records.get('g') ?? ''} ` };
}

/** The changes, null where there are none; or why the login can't make them. */
export function permitted(facts: PathFacts, declared: Declared, changes: Delta): Delta | null | Refusal {
  return forbidden(facts, declared, changes) ?? (Object.keys(changes).length > 0 ? changes : null);
}

/**
 * Why a login that is not root can't make these changes (chown(2), chmod(2): only root gives a file away; only its owner
 * changes its mode, and its group to one of his own). Null: nothing is known to be in the way. Of a new file the
 * group is not judged: a directory may give it.
 */
function forbidden(facts: PathFacts, { owner, group }: Declared, changes: Delta): Refusal | null {
  const { login, attributes, path } = facts;
  if (facts.closed && Object.keys(changes).some((field) => !field.startsWith('./')))
    return refuse(
      `${path} is closed to root as well: it is immutable or read-only`,
      'lsattr and findmnt tell which',
    );
  if (!login) return null;
  if ('owner' in changes && owner !== login.name && owner !== String(login.uid))
    return refuse(`${login.name} may not give ${path} to ${owner}: only root may`, BECOME);
  if (!attributes || Number.isNaN(attributes.uid)) return null;
  const isOurs = attributes.uid === login.uid;
  const is = `${path} belongs to ${attributes.owner}`;
  // The new file in its place is to belong to the same.
  if ('content' in changes && facts.kind === 'file' && !isOurs && owner === undefined)
    return refuse(`${is}, and ${login.name} may not write a file for another`, BECOME);
  if ('content' in changes || 'state' in changes) return null;
  if (!isOurs && ('mode' in changes || 'group' in changes))
    return refuse(`${is}: ${login.name} may not change its ${'mode' in changes ? 'mode' : 'group'}`, BECOME);
  if ('group' in changes && !login.groups.includes(` ${group} `))
    return refuse(`${login.name} is not in the group ${group}, and may not give it ${path}`, BECOME);
  return null;
}
