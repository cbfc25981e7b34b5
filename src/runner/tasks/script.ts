import { lines, type Script, sh, withInput } from '../contract/script.ts';
import { actionTask, isRefusal, refuse } from '../contract/task-type.ts';
import { askGuards, GUARD_PARAMETERS, guardsLookAt, readGuards, TEXT } from './lib/command/guards.ts';
import { RUN_FIELDS, readRun, runIn } from './lib/command/run.ts';
import { splitWords } from './lib/words.ts';

/** Beyond this many bytes the file is streamed on a channel of its own. */
const INLINE = 1 << 20;

export default actionTask({
  name: 'script',
  short: 'cmd',
  runs: 'users',
  whenNeeded: 'certain',
  schema: {
    type: 'object',
    description: 'Sends a script of the controller to the host, runs it there, and removes it.',
    properties: {
      cmd: {
        type: 'string',
        minLength: 1,
        pattern: TEXT,
        description:
          'The script, looked for in `files/`, and its arguments, split at blanks; quotes and backslashes hold words together.',
      },
      executable: {
        type: 'string',
        minLength: 1,
        pattern: TEXT,
        examples: ['python3'],
        description: 'The program that runs it, by name or path; unless given, its `#!` line tells.',
      },
      ...GUARD_PARAMETERS,
    },
    required: ['cmd'],
    additionalProperties: false,
  },
  fields: RUN_FIELDS,

  desire(params, local) {
    const { cmd, executable, chdir, creates, removes, unless, onlyif } = params;
    const words = splitWords(cmd);
    if (words === null) return refuse(`a quote is not closed: ${cmd}`);
    const [src, ...args] = words;
    if (src === undefined || src === '') return refuse('cmd names no script');
    const file = local.file(src);
    if (isRefusal(file)) return file;
    return { cmd, file, args, executable, guards: { chdir, creates, removes, unless, onlyif } };
  },
  guard: ({ guards }) => askGuards(guards),
  needless: (reply, { guards }, world) => readGuards(reply, guards, world),
  looksAt: ({ guards }, reply) => guardsLookAt(guards, reply),
  perform({ file, args, executable, guards }) {
    const start = executable === undefined ? startItself(args) : sh`exec ${executable} "$t" ${args}`;
    const script = runIn(guards.chdir, runTemporary(file.size, start), null) as Script;
    if (file.size <= INLINE) return withInput(script, file.bytes());
    return { script, stream: () => file.stream() };
  },
  read: (reply, { cmd, guards }) => readRun(reply, cmd, guards.chdir),
});

/** The script is there, readable for its user only, as long as it runs. A cut-off one is not run. */
function runTemporary(size: number, start: Script): Script {
  return lines(
    sh`t=$(umask 077; mktemp "\${TMPDIR:-/tmp}/mama-play-script.XXXXXX") || exit 1
trap 'rm -f "$t"' EXIT
trap 'exit 143' HUP INT PIPE TERM
cat >"$t" || exit 1
[ "$(stat -c %s "$t")" = ${size} ] || { echo 'the script came incomplete' >&2; exit 1; }
chmod 0700 "$t" || exit 1
( ${start} ) </dev/null
r=$?
rm -f "$t"
trap - EXIT
exit $r`,
  );
}

/** Where nothing may be started from its place (a noexec mount), its `#!` line is read as the kernel would. */
function startItself(args: readonly string[]): Script {
  return sh`[ -x "$t" ] && exec "$t" ${args}
IFS= read -r l <"$t"
case $l in '#!'*) ;; *) l='#!sh' ;; esac
set -f
set -- \${l#??}
i=$1; shift
exec "$i" \${1:+"$*"} "$t" ${args}`;
}
