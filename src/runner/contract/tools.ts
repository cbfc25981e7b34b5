import type { Script } from './script.ts';

/** What a host must have beside its shell (docs/hosts.md lists the same), and what archives, containers and trees need. */
export const TOOLS: readonly string[] =
  'cat cp chmod chown date dd find head id ln mkdir mktemp mv od readlink rm rmdir sha256sum sleep stat wc xargs cut sed sort tail tar tr uniq'.split(
    ' ',
  );

/** A value as `sh` quotes it: one with an apostrophe is several, with an escaped one in between. */
const QUOTED = /\\'|'[^']*'/g;
/** Who asks whether it is there can do without. */
const ASKED = /command -v \S+/g;
const TOOL = new RegExp(`(?<![$\\w./-])(?:${TOOLS.join('|')})(?![\\w./=-])`, 'g');

/**
 * Those of them that the code names, each once. What stands in single quotes is data. A word that only looks like one
 * costs nothing where the host has it.
 */
export function toolsOf({ text }: Script): readonly string[] {
  return [...new Set(text.replace(QUOTED, "''").replace(ASKED, '').match(TOOL))];
}
