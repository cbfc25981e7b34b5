import { text } from '../contract/exchange.ts';
import type { JsonObject } from '../contract/json.ts';
import { lines, sh } from '../contract/script.ts';
import { queryTask } from '../contract/task-type.ts';
import { PATH_PATTERN, tidy } from './lib/files/paths.ts';
import { STAT_ALL, STAT_PROPERTIES, statFields } from './lib/files/stat-fields.ts';

export default queryTask({
  name: 'stat',
  schema: {
    type: 'object',
    description: 'Looks at a path on the host and registers what is there.',
    properties: {
      path: {
        type: 'string',
        pattern: PATH_PATTERN,
        aliases: ['dest', 'name'],
        description: 'Absolute path, without `..`.',
      },
      follow: {
        type: 'boolean',
        default: false,
        description: 'Where the path is a symbolic link, look at what it leads to.',
      },
      get_checksum: { type: 'boolean', default: true, description: 'Tell the hash of a file.' },
      checksum_algorithm: {
        enum: ['sha1', 'sha256', 'sha512', 'md5'],
        default: 'sha1',
        aliases: ['checksum', 'checksum_algo'],
        description: 'Which hash.',
      },
    },
    required: ['path'],
    additionalProperties: false,
  },
  fields: {
    stat: {
      type: 'object',
      properties: STAT_PROPERTIES,
      additionalProperties: false,
      description: 'What is there, as `stat.exists` and so on.',
    },
  },

  desire({ path, follow, get_checksum, checksum_algorithm }) {
    return { path: tidy(path), follow, hash: get_checksum ? `${checksum_algorithm}sum` : null };
  },
  probe({ path, follow, hash }) {
    const option = follow ? sh`-L ` : sh``;
    const there = follow ? sh`[ -e "$p" ]` : sh`[ -e "$p" ] || [ -L "$p" ]`;
    const regular = follow ? sh`[ -f "$p" ]` : sh`[ -f "$p" ] && ! [ -L "$p" ]`;
    return lines(
      sh`p=${path} d=\${p%/*} g=
if [ -L "$p" ]; then printf 'l%s\0' "$(readlink "$p"; echo .)"; printf 'f%s\0' "$(readlink -f "$p"; echo .)"; fi
if ${there}; then
s=$(stat ${option}-c ${STAT_ALL} "$p") || exit 1
printf 's%s\0' "$s"
[ -r "$p" ] && printf 'r\0'; [ -w "$p" ] && printf 'w\0'; [ -x "$p" ] && printf 'x\0'`,
      hash !== null &&
        sh`if ${regular} && [ -r "$p" ]; then h=$(${hash} <"$p") || exit 1; printf 'h%s\0' "\${h%% *}"; fi`,
      sh`else`,
      follow &&
        sh`e=; [ -L "$p" ] && e=$(stat -L "$p" 2>&1)
case $e in *'ermission denied'*) printf '%s\n' "$e" >&2; exit 1;; esac`,
      sh`until [ -e "\${d:-/}" ]; do [ -L "$d" ] && g=1; d=\${d%/*}; done
[ -L "$d" ] && ! [ -d "$d" ] && g=1
[ -z "$g" ] || printf 'g\0'
if [ -d "\${d:-/}" ] && ! [ -x "\${d:-/}" ]; then printf 'n%s\0' "$d"; fi
fi
printf 'd%s\0p%s\0' "$d" "$(cd -P -- "\${d:-/}" 2>/dev/null && pwd -P; echo .)"
:`,
    );
  },
  looksAt({ path, follow }, reply) {
    const said = new Map(records(text(reply.out)));
    const nearest = said.get('d') ?? '';
    const physical = tidy(`${unguarded(said.get('p')) || nearest}${path.slice(nearest.length)}`);
    const leads = said.has('l') ? [`path:${unguarded(said.get('f'))}`, 'link:'] : [];
    // A link that leads to nothing may lead to something by then; so may a way on which something lacks.
    const isOpen = said.has('s') ? follow && unguarded(said.get('f')) === '' : true;
    // A link on the way that leads to no directory may lead to one by then.
    const onTheWay = said.has('g') ? ['path:'] : [];
    return [
      `path:${path}`,
      `path:${physical}`,
      ...leads,
      ...onTheWay,
      ...(physical === path && !isOpen ? [] : ['link:']),
    ];
  },
  read(reply, { path }) {
    if (reply.code !== 0)
      return { result: {}, failed: `could not look at ${path}: ${text(reply.err).trim()}` };
    const said = new Map(records(text(reply.out)));
    const line = said.get('s');
    const closed = said.get('n');
    if (closed !== undefined) {
      return {
        result: {},
        failed: `${closed} may not be entered`,
        hint: 'run it as a user who may: `become: true`',
      };
    }
    if (line === undefined) return { result: { stat: { exists: false } } };
    const stat: JsonObject = {
      ...statFields(line),
      path,
      readable: said.has('r'),
      writeable: said.has('w'),
      executable: said.has('x'),
      ...optional('checksum', said.get('h')),
      ...optional('lnk_target', unguarded(said.get('l'))),
      ...optional('lnk_source', unguarded(said.get('f'))),
    };
    return { result: { stat } };
  },
});

function records(out: string): [string, string][] {
  return out.split('\0').map((record) => [record.slice(0, 1), record.slice(1)]);
}

/** Without the newline of the tool and the dot that kept the name's own. */
function unguarded(value: string | undefined): string | undefined {
  return value?.replace(/\n?\.$/, '');
}

function optional(field: string, value: string | undefined): JsonObject {
  return value === undefined ? {} : { [field]: value };
}
