import { type Script, sh } from '../../../contract/script.ts';
import { sha256 } from './content.ts';

/** No reader of a `conf.d` takes such a name for its own: it begins with a dot and lacks the file's suffix. */
export function temporaryPrefix(path: string): string {
  return `./.mama-play-${sha256(Buffer.from(path)).slice(0, 12)}.`;
}

/** Makes the new `"$t"`, a file or a directory for its owner only. */
export function makeTemporary(prefix: string, kind: 'file' | 'directory'): Script {
  return sh`${sweep(prefix)}
t=$(umask 077; mktemp ${kind === 'directory' ? ['-d'] : []} ${prefix}$$.XXXXXX) || exit 1`;
}

/** `"$t"`: a name that is free. */
export function nameTemporary(prefix: string): Script {
  return sh`${sweep(prefix)}
t=${prefix}$$.`;
}

/**
 * Removes what interrupted attempts left. Their names say which shell made them: one that lives may be at work, for
 * another host of the inventory on the same machine.
 */
function sweep(prefix: string): Script {
  return sh`for t in ${prefix}*; do
[ -e "$t" ] || [ -L "$t" ] || continue
p=\${t#${prefix}} p=\${p%%.*}
[ "$p" != $$ ] && [ -d "/proc/$p" ] || rm -rf "$t"
done`;
}
