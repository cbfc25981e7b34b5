import type { Delta } from '../../../contract/delta.ts';
import type { Reply } from '../../../contract/exchange.ts';
import type { JsonObject } from '../../../contract/json.ts';
import type { Script } from '../../../contract/script.ts';
import type {
  Apply,
  Area,
  Predictions,
  Refusal,
  Touches,
  Unknown,
  World,
} from '../../../contract/task-type.ts';
import { explainChange } from './explain.ts';
import type { PathFacts } from './facts.ts';
import { readPath } from './path-read.ts';
import {
  applyFile,
  decideFile,
  looksAtFile,
  type PlacedFile,
  predictFile,
  probeFile,
  questionOf,
  resultOfFile,
  touchesFile,
} from './place-file.ts';
import { areasOf, writesTo } from './predicted.ts';
import {
  applyRemote,
  decideRemote,
  predictRemote,
  probeRemote,
  type RemoteCopy,
  type RemoteNow,
  readRemote,
} from './remote-copy.ts';
import { applyTree } from './tree-apply.ts';
import { decideTree } from './tree-changes.ts';
import type { PlacedTree } from './tree-desired.ts';
import { predictTree } from './tree-predict.ts';
import { probeTree, readTree, type TreeNow } from './tree-probe.ts';

/** What `copy` and `template` want, and what the host has. */
export type Placed = PlacedFile | PlacedTree | RemoteCopy;
type Now = { readonly facts: PathFacts } | TreeNow | RemoteNow;

/** The steps that `copy` and `template` share, by what is placed. */
export const placing = {
  probe(desired: Placed): Script {
    if (desired.kind === 'tree') return probeTree(desired);
    return desired.kind === 'remote' ? probeRemote(desired) : probeFile(desired);
  },
  read(reply: Reply, desired: Placed): Now | Refusal {
    if (desired.kind === 'tree') return readTree(reply, desired);
    if (desired.kind === 'remote') return readRemote(reply, desired);
    const facts = readPath(reply, questionOf(desired));
    return 'refusal' in facts ? facts : { facts };
  },
  decide(current: Now, desired: Placed, world: World): Delta | null | Refusal | Unknown {
    if (desired.kind === 'tree') return decideTree(current as TreeNow, desired, world);
    if (desired.kind === 'remote') return decideRemote(current as RemoteNow, desired, world);
    return decideFile(current.facts, desired, world);
  },
  apply(delta: Delta, desired: Placed, current: Now): Script | Apply {
    if (desired.kind === 'tree') return applyTree(desired, current as TreeNow);
    if (desired.kind === 'remote') return applyRemote(delta, desired, current as RemoteNow);
    return applyFile(delta, desired, current.facts);
  },
  explain: (reply: Reply, desired: Placed): Refusal =>
    explainChange(desired.kind === 'tree' ? desired.root : desired.dest, reply),
  result: (_: Placed, current: Now, __: Delta | null, reply: Reply | null): JsonObject =>
    resultOfFile(current.facts, reply),
  predict(delta: Delta, desired: Placed, current: Now, world: World): Predictions | null {
    if (desired.kind === 'tree') return predictTree(desired, current as TreeNow, world);
    if (desired.kind === 'remote') return predictRemote(delta, desired, current as RemoteNow, world);
    return predictFile(delta, desired, current.facts, world);
  },
  looksAt(desired: Placed, now: Now): readonly Area[] {
    const { facts } = now;
    if (desired.kind === 'tree') return areasOf(facts, desired.declared, true);
    if (desired.kind === 'remote') {
      return [
        ...looksAtFile(desired, facts),
        `path:${(now as RemoteNow).sourcePath}`,
        `path:${desired.src}`,
        'link:',
      ];
    }
    return looksAtFile(desired, facts);
  },
  mayAlter(desired: Placed | null, current?: Now): readonly Area[] {
    const isTree = desired?.kind === 'tree';
    const path = isTree ? desired.root : desired?.dest;
    return writesTo(path, current?.facts, !isTree && desired?.backup);
  },
  touches: (desired: Placed, current: Now): Touches | null =>
    desired.kind === 'file' ? touchesFile(desired, current.facts) : null,
} as const;
