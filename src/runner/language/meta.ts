import type { Here } from './here.ts';
import { inherit } from './inherited.ts';
import { checkKeys } from './keywords.ts';
import { position } from './loader.ts';
import type { Flush, Meta } from './model.ts';
import { readConstant } from './read.ts';
import { fault } from './source.ts';
import { didYouMean } from './suggest.ts';
import { titled } from './title.ts';
import type { YamlEntry, YamlMap } from './yaml.ts';

export const ACTIONS: readonly Meta['action'][] = [
  'end_host',
  'end_play',
  'end_batch',
  'clear_host_errors',
  'reset_connection',
  'noop',
];

const NOT_NEEDED = new Map(
  Object.entries({
    clear_facts: 'facts belong to the run, and end with it',
    refresh_inventory: 'the inventory is read once, before the first host is touched',
    end_role: 'put a when on a block around the rest of the role',
  }),
);

/** `meta:` */
export function loadMeta(here: Here, map: YamlMap, at: YamlEntry): (Flush | Meta)[] {
  const { loader, play } = here;
  checkKeys(loader, map, 'meta', ['meta']);
  const names = titled(loader, map);
  const { when, layers, tags, role } = inherit(
    loader,
    map,
    here.inherited,
    names.label('task'),
    play.notified,
  );
  const action = readConstant(loader, at, 'an action');
  if (action === undefined) return [];
  const id = loader.nextId();
  const place = position(map.span);
  if (action === 'flush_handlers') return [{ kind: 'flush', at: place, id, when, layers, tags, role }];
  const known = ACTIONS.find((one) => one === action);
  if (known)
    return [{ kind: 'meta', at: place, id, ...names.shown, when, layers, tags, role, action: known }];
  const all = ['flush_handlers', ...ACTIONS];
  const hint = NOT_NEEDED.get(action) ?? didYouMean(action, all) ?? `there are ${all.join(', ')}`;
  loader.report(fault(at.value.span, 'unknown-action', `meta has no action "${action}"`, hint));
  return [];
}
