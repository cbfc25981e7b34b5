import { createHash } from 'node:crypto';
import type { Json } from '../../../../contract/json.ts';
import { type Changes, change, merged } from '../changes.ts';
import type { Aspect, Seen } from './aspect.ts';
import {
  devicesAspect,
  ipcAspect,
  logAspect,
  pidAspect,
  restartAspect,
  securityAspect,
  sysctlsAspect,
  ulimitsAspect,
} from './limits.ts';
import { networkAspect } from './network.ts';
import { optionAspects } from './options.ts';
import { portsAspect } from './ports.ts';
import { commandAspect, envAspect, healthAspect, labelsAspect } from './process.ts';
import type { RunParams } from './properties.ts';
import { storageAspect } from './storage.ts';

const ASPECTS: readonly Aspect[] = [
  commandAspect,
  envAspect,
  labelsAspect,
  healthAspect,
  networkAspect,
  portsAspect,
  storageAspect,
  ...optionAspects,
  ulimitsAspect,
  devicesAspect,
  securityAspect,
  sysctlsAspect,
  pidAspect,
  ipcAspect,
  logAspect,
];

/** Label with a hash of what was declared and can't be read back from the engine. */
export const UNSEEN_LABEL = 'mama-play.unseen';

/** What the container shows otherwise than declared, but for its image, the content of files, and its state. */
export function differences(params: RunParams, seen: Seen): Changes {
  const restart = params.managed_by === 'engine' ? restartAspect.differs(params, seen) : {};
  const unseen = change('declaration', seen.container.Config.Labels?.[UNSEEN_LABEL], unseenHash(params));
  const visible = merged(...ASPECTS.map((aspect) => aspect.differs(params, seen)), restart);
  return Object.keys(visible).length > 0 ? visible : unseen;
}

/** Options for `docker create` or `docker run`, without name, labels of ours, image and arguments. */
export function optionWords(params: RunParams): string[] {
  const restart = params.managed_by === 'engine' ? restartAspect.words(params) : [];
  return [...ASPECTS.flatMap((aspect) => aspect.words(params)), ...restart];
}

/** Null where nothing of the sort is declared. */
export function unseenHash(params: RunParams): string | null {
  const declared: Record<string, Json> = Object.assign(
    {},
    ...ASPECTS.map((aspect) => aspect.unseen?.(params) ?? {}),
  );
  const entries = Object.entries(declared).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? null : shortHash(JSON.stringify(entries));
}

export function shortHash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24);
}
