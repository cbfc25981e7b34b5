import type { Here } from './here.ts';
import { inherit } from './inherited.ts';
import { checkKeys } from './keywords.ts';
import { position } from './loader.ts';
import { readLoop } from './loop.ts';
import type { Block, Node } from './model.ts';
import { loadTasks } from './tasks.ts';
import { titled } from './title.ts';
import { entry, type YamlMap } from './yaml.ts';

/** `block`, with `rescue` and `always`. What it says is handed down to all tasks within. */
export function loadBlock(here: Here, map: YamlMap): Block[] {
  const { loader, play, place } = here;
  checkKeys(loader, map, 'block');
  const names = titled(loader, map);
  const inherited = inherit(loader, map, here.inherited, names.label('block'), play.notified);
  const id = loader.nextId();
  const loop = readLoop(loader, map, { of: 'block', around: place.loops });
  const inside = (section: 'block' | 'rescue' | 'always'): Node[] => {
    const at = entry(map, section);
    if (!at) return [];
    const gates = section === 'rescue' ? [...place.gates, `rescue of ${id}`] : place.gates;
    const rounds = loop ? [...gates, `loop of ${id}`] : gates;
    const loops = loop ? [...place.loops, loop.loopVar] : place.loops;
    return loadTasks(
      { ...here, inherited, place: { ...place, gates: rounds, loops } },
      at.value,
      `"${section}"`,
    );
  };
  const { when, layers, tags, role } = inherited;
  const [block, rescue, always] = [inside('block'), inside('rescue'), inside('always')];
  const at = position(map.span);
  return [{ kind: 'block', id, at, ...names.shown, when, layers, tags, role, loop, block, rescue, always }];
}
