import { COMMANDS, DIRECTORIES, STATIC_FILES, TEMPLATES, type TextFile, VARIABLES } from './work.ts';

/**
 * What an operator with patience would write instead of a playbook: a POSIX shell script that looks at each thing and
 * writes only what differs. Arguments: directory, host name, `run` or `check`. Its last line counts the changes.
 */
export function convergeScript(): string {
  const variables = Object.entries(VARIABLES).map(([name, value]) => `${name}='${value}'`);
  return `${HEAD}
${variables.join('\n')}

${DIRECTORIES.map((path) => `directory "$root/${path}"`).join('\n')}
${TEMPLATES.map((file) => hereDocument(file, 'END')).join('\n')}
${STATIC_FILES.map((file) => hereDocument(file, "'END'")).join('\n')}
${COMMANDS.map(({ from, creates }) => `once "$root/${creates}" cp "$root/${from}" "$root/${creates}"`).join('\n')}
echo "$node changed=$changed"
`;
}

const HEAD = `set -eu
umask 022
root=$1 node=$2 mode=$3 changed=0
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT

# Counts a change; true if it is to be made.
change() { changed=$((changed + 1)); [ "$mode" = run ]; }

directory() {
  if [ ! -d "$1" ]; then if change; then mkdir -m 755 "$1"; fi
  elif [ "$(stat -c %a "$1")" != 755 ]; then if change; then chmod 755 "$1"; fi
  fi
}

# Content on stdin; written whole, beside its place, then renamed.
file() {
  cat >"$tmp"
  if cmp -s "$tmp" "$1"; then
    if [ "$(stat -c %a "$1")" != 644 ]; then if change; then chmod 644 "$1"; fi; fi
  elif change; then
    cp "$tmp" "$1.new"
    chmod 644 "$1.new"
    mv "$1.new" "$1"
  fi
}

once() {
  if [ ! -e "$1" ]; then shift; if change; then "$@"; fi; fi
}
`;

function hereDocument({ path, text }: TextFile, mark: string): string {
  return `file "$root/${path}" <<${mark}\n${text.replace(/\{\{ (\w+) \}\}/g, '${$1}')}END`;
}
