/**
 * Code for a remote POSIX shell. Only `sh` and `usersCode` make one, so that a value can never become code
 * by accident.
 */
export interface Script {
  readonly kind: 'script';
  readonly text: string;
  /** Bytes that the script reads on its stdin; without them stdin is /dev/null. */
  readonly input?: Uint8Array;
}

type Piece = Script | string | number | readonly (string | number)[];

/**
 * Shell code in which the literal parts are code and every interpolated value is one quoted word. A list becomes
 * several quoted words, a Script is spliced in as code.
 *
 *     sh`test -e ${path} && rm -f -- ${paths}`
 *
 * Backslashes are the shell's own; only what JavaScript itself needs, \${ and \`, stands for ${ and `.
 * Throws on a NUL character, which no shell word can hold: check the user's values before.
 */
export function sh(literals: TemplateStringsArray, ...values: Piece[]): Script {
  let text = '';
  let input: Uint8Array | undefined;
  literals.raw.forEach((literal, i) => {
    text += literal.replace(/\\(?=`|\$\{)/g, '');
    if (i >= values.length) return;
    const value = values[i] as Piece;
    if (isScript(value)) input ??= value.input;
    text += word(value);
  });
  return input ? { kind: 'script', text, input } : { kind: 'script', text };
}

/** The user's own shell code (a `shell:` task, a `validate:` command): code by the user's wish. */
export function usersCode(text: string): Script {
  return { kind: 'script', text };
}

/** Scripts one after the other, each on a line of its own. */
export function lines(...scripts: (Script | null | undefined | false)[]): Script {
  const present = scripts.filter((s): s is Script => !!s);
  const text = present.map((s) => s.text).join('\n');
  const input = present.find((s) => s.input)?.input;
  return input ? { kind: 'script', text, input } : { kind: 'script', text };
}

/** The same script with bytes for its stdin. */
export function withInput(script: Script, input: Uint8Array | string): Script {
  return { kind: 'script', text: script.text, input: typeof input === 'string' ? Buffer.from(input) : input };
}

/**
 * One shell word, quoted with single quotes only: the one form that means the same to every POSIX shell
 * (POSIX.1-2017, Shell Command Language, 2.2.2).
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new Error('a shell word cannot hold a NUL character');
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) && !value.startsWith('=')
    ? value
    : `'${value.replaceAll("'", "'\\''")}'`;
}

function isScript(value: Piece): value is Script {
  return typeof value === 'object' && 'kind' in value;
}

function word(value: Piece): string {
  if (isScript(value)) return value.text;
  if (Array.isArray(value)) return value.map((item) => quote(String(item))).join(' ');
  return quote(String(value));
}
