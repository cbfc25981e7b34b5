import type { Fragment } from '../contract/exchange.ts';
import { quote } from '../contract/script.ts';
import { GAVE_UP, requestLine } from './loader.ts';

/**
 * The bytes of one exchange: the request line, the code, and then the input of each fragment that has one. The code
 * answers with
 *
 *     TOKEN re NONCE CODE…\n      one exit status per fragment, `-` for one that was not run
 *     out NONCE err NONCE         once per fragment
 *
 * Every fragment writes to files of its own, so that whatever it leaves running can't speak into a later answer, and no
 * pipe of ours is left in its hands. Beside the fragments themselves this costs three processes: dd, cat and rm.
 */
export function exchangeRequest(token: string, nonce: string, fragments: readonly Fragment[]): Buffer {
  const twin = fragments.some(({ toDisk }) => toDisk);
  const code = [
    ...fragments.map(readInput),
    `printf %s ${nonce} >"\${mp_T:?}/m" || exit ${GAVE_UP.folder}; mp_no=0 mp_r=`,
    twin ? 'mp_j' : '',
    ...runAll(fragments),
    `echo "$mp_k re ${nonce}$mp_r"`,
    ...print(nonce, fragments),
    twin ? 'rm -f "${mp_T:?}"/* "${mp_E:?}"/*' : 'rm -f "${mp_T:?}"/*',
  ];
  return request(token, code, fragments);
}

/**
 * The bytes that start one fragment on a shell of its own, with the rest of the channel as its stdin (`stdin: true`) and
 * the channel's streams as its output. Both streams carry NONCE before and after what is the fragment's, and then
 * stdout says `TOKEN done CODE\n`.
 */
export function streamRequest(token: string, nonce: string, fragment: Fragment, stdin: boolean): Buffer {
  const code = [
    readInput(fragment, 0),
    `echo "$mp_k live ${nonce}"; printf %s ${nonce} >&2`,
    `${subshell(fragment, 0)} ${stdin ? '' : `<${input(fragment, 0)}`}`,
    `mp_r=$?; printf %s ${nonce} >&2; printf %s ${nonce}; echo "$mp_k done $mp_r"; exit 0`,
  ];
  return request(token, code, [fragment]);
}

function request(token: string, code: readonly string[], fragments: readonly Fragment[]): Buffer {
  const body = Buffer.from([ourShell(token), ...code].filter((line) => line !== '').join('\n') + '\n');
  const inputs = fragments.flatMap((fragment) => fragment.script.input ?? []);
  return Buffer.concat([Buffer.from(requestLine(token, body.length)), body, ...inputs]);
}

/**
 * A request may be written before the loader runs. What runs in its place (a shell that the startup files or a forced
 * command started) takes the request for its own commands: this is the first, and it ends that shell, of any family. Where
 * something took this line away, nothing behind it does harm: every step needs what only the loader defines.
 */
function ourShell(token: string): string {
  return `[ "$mp_k" = ${token} ] || exit ${GAVE_UP.garbled}`;
}

/** All inputs are read before anything runs, so the channel is in step whatever the fragments do. */
function readInput(fragment: Fragment, i: number): string {
  const bytes = fragment.script.input?.length ?? 0;
  return bytes > 0 ? `mp_d ${bytes} ${i}i` : '';
}

function input(fragment: Fragment, i: number): string {
  return fragment.script.input && fragment.script.input.length > 0 ? `"$mp_T/${i}i"` : '/dev/null';
}

/**
 * Where there is no room for a page any more, what was written may be cut off: no question was answered then. The user's
 * command that filled the folder has run, and its status stands; what was asked behind it is asked again.
 */
function runAll(fragments: readonly Fragment[]): string[] {
  const both = fragments.some(({ toDisk }) => toDisk) ? ' && printf %4096s >"$mp_E/f"' : '';
  const room = `{ printf %4096s >"$mp_T/f"${both}; } 2>/dev/null`;
  const behind = fragments.findLastIndex(({ runs, role }) => runs === 'users' && role === 'apply') + 1;
  const code = fragments.map(run);
  if (behind === 0) return [...code, `${room} || exit ${GAVE_UP.folder}`];
  const unanswered = fragments.slice(behind).map(() => ' -');
  return [
    ...code.slice(0, behind),
    'mp_b=$mp_r',
    ...code.slice(behind),
    `${room} || mp_r="$mp_b${unanswered.join('')}"`,
  ];
}

function run(fragment: Fragment, i: number): string {
  const [out, err] = outputs(fragment, i);
  // Appended to: what is thrown away of an endless output leaves no hole.
  const call = `${subshell(fragment, i)} <${input(fragment, i)} >>${out} 2>>${err}`;
  if (fragment.role === 'probe') return `${call}\nmp_r="$mp_r $?"`;
  return `if [ $mp_no = 0 ]; then ${call}\nmp_no=$?; mp_r="$mp_r $mp_no"; else mp_r="$mp_r -"; >${out}; >${err}; fi`;
}

/** The loader's mp_l knows those of endless ones by their capital letters. */
function outputs(fragment: Fragment, i: number): readonly [string, string] {
  const at = `"$${fragment.toDisk ? 'mp_E' : 'mp_T'}/${i}`;
  return fragment.endless ? [`${at}O"`, `${at}E"`] : [`${at}o"`, `${at}e"`];
}

/**
 * Our own code is evaluated in a subshell. The user's gets a shell of its own, so that `$$` and `$PPID` are what he
 * expects and none of our functions and variables is in his way; and from a file, so that it shows in no process list.
 */
function subshell(fragment: Fragment, i: number): string {
  const text = fragment.script.text;
  const wrong = unspeakable(fragment);
  if (wrong) return `( echo ${quote(wrong)} >&2; exit 2 )`;
  if (fragment.runs === 'standing') return `{ : "\${mp_T:?}"; eval ${quote(` ${text}`)}; }`;
  if (fragment.runs === 'ours')
    return `( mp_f && mp_o || exit; ${exports(fragment)}${needs(fragment)}eval ${quote(` ${text}`)} )`;
  return `( mp_f || exit; printf "%s\\n" ${quote(text)} >"$mp_T/${i}s"; ${exports(fragment)}exec sh "$mp_T/${i}s" )`;
}

/** Another PATH than the shell's own may have less. */
function needs({ needs: tools = [], environment }: Fragment): string {
  if (tools.length === 0) return '';
  return `${environment && 'PATH' in environment ? 'mp_lacks=PATH; ' : ''}mp_needs ${tools.join(' ')}; `;
}

function exports(fragment: Fragment): string {
  return Object.entries(fragment.environment ?? {})
    .map(([name, value]) => `${name}=${quote(value)}; export ${name}; `)
    .join('');
}

/** What no shell can be told. The languages above refuse it earlier, with a position. */
function unspeakable(fragment: Fragment): string | null {
  if (fragment.script.text.includes('\0')) return 'the command holds a NUL character';
  for (const [name, value] of Object.entries(fragment.environment ?? {})) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      return `${JSON.stringify(name)} can't be the name of an environment variable`;
    if (value.includes('\0')) return `the environment variable ${name} holds a NUL character`;
  }
  return null;
}

/** Prints the files of all fragments, with the mark after each. Neighbouring files that are surely complete share one cat. */
function print(nonce: string, fragments: readonly Fragment[]): string[] {
  const failed = `|| exit ${GAVE_UP.folder}`;
  const code: string[] = [];
  let complete: string[] = [];
  const flush = (): void => {
    if (complete.length > 0) code.push(`cat ${complete.join(' ')} ${failed}`);
    complete = [];
  };
  fragments.forEach((fragment, i) => {
    for (const file of outputs(fragment, i)) {
      if (fragment.runs !== 'users' && !fragment.endless && fragment.role === 'probe') {
        complete.push(file, '"$mp_T/m"');
        if (complete.length >= 400) flush();
        continue;
      }
      flush();
      code.push(`${fragment.endless ? 'mp_m' : 'mp_w'} ${file} ${failed}; printf %s ${nonce}`);
    }
  });
  flush();
  return code;
}
