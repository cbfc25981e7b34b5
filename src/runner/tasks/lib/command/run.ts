import { Readable } from 'node:stream';
import { type Reply, text } from '../../../contract/exchange.ts';
import type { Json, JsonObject } from '../../../contract/json.ts';
import type { ParamSchema } from '../../../contract/schema.ts';
import { lines, type Script, sh, withInput } from '../../../contract/script.ts';
import type { ActionVerdict, Apply } from '../../../contract/task-type.ts';
import { nowhere } from './guards.ts';

/** Beyond this many bytes a stdin is streamed on a channel of its own. */
const INLINE = 1 << 20;
/** How many of the last lines of a failed command are told. */
const TOLD = 3;
const NOWHERE = 'mama-play: no such chdir';

export const STDIN_PARAMETERS = {
  stdin: { type: 'string', description: 'The text that the command reads; without it, nothing.' },
  stdin_add_newline: {
    type: 'boolean',
    default: true,
    description: 'A newline is added to `stdin`.',
  },
} as const;

export const RUN_FIELDS: { readonly [field: string]: ParamSchema } = {
  cmd: { type: ['string', 'array'], description: 'What was run: the text, or the list of words.' },
  rc: { type: 'integer', description: 'The exit status; 128 + n for signal n.' },
  stdout: {
    type: 'string',
    description: 'What it printed, without newlines at the end; not where it is more than 16 MiB.',
  },
  stderr: { type: 'string', description: 'What it printed to stderr, as with `stdout`.' },
  stdout_lines: { type: 'array', items: { type: 'string' }, description: 'stdout, line by line.' },
  stderr_lines: { type: 'array', items: { type: 'string' }, description: 'stderr, line by line.' },
};

/** Runs `code`, which should end in `exec`, in its directory and with its stdin. */
export function runIn(chdir: string | undefined, code: Script, stdin: string | null): Script | Apply {
  const script = lines(
    chdir !== undefined && sh`cd -- ${chdir} 2>/dev/null || { echo ${NOWHERE} >&2; exit 125; }`,
    code,
  );
  if (stdin === null) return script;
  const bytes = Buffer.from(stdin);
  return bytes.length <= INLINE ? withInput(script, bytes) : { script, stream: () => Readable.from([bytes]) };
}

export function stdinOf(params: {
  readonly stdin?: string;
  readonly stdin_add_newline: boolean;
}): string | null {
  if (params.stdin === undefined) return null;
  return params.stdin_add_newline ? `${params.stdin}\n` : params.stdin;
}

/** A command that ran has changed something, as far as anyone can know; one that did not exit 0 failed. */
export function readRun(reply: Reply, cmd: Json, chdir: string | undefined): ActionVerdict {
  const stdout = trimmed(text(reply.out));
  const stderr = trimmed(text(reply.err));
  const rc = reply.code;
  const whole: JsonObject = {
    cmd,
    rc,
    stdout,
    stderr,
    stdout_lines: split(stdout),
    stderr_lines: split(stderr),
  };
  const { result, msg } = withoutEndless(whole, reply);
  if (rc === 0) return { changed: true, result, ...(msg === undefined ? {} : { msg }) };
  if (rc === 125 && stderr === NOWHERE) {
    const { refusal, hint } = nowhere(chdir ?? '');
    return { changed: false, result, failed: refusal, ...(hint === undefined ? {} : { hint }) };
  }
  const why = said(rc, split(stderr || stdout));
  return { changed: true, result, failed: msg === undefined ? why : `${why}\n${msg}` };
}

/** Half of an output is not kept as if it were the whole. */
function withoutEndless(whole: JsonObject, { endless }: Reply): { result: JsonObject; msg?: string } {
  if (!endless) return { result: whole };
  const half = endless.flatMap((stream) => [`std${stream}`, `std${stream}_lines`]);
  const kept = Object.entries(whole).filter(([field]) => !half.includes(field));
  const msg = `not kept, more than 16 MiB or than there was room for: ${half.join(', ')}; let it go to a file on the host`;
  return { result: Object.fromEntries(kept), msg };
}

function said(rc: number, output: readonly string[]): string {
  const how = rc > 128 && rc <= 192 ? `was ended by signal ${rc - 128}` : `exited ${rc}`;
  return [how, ...output.slice(-TOLD)].join(output.length === 1 ? ': ' : '\n');
}

function trimmed(output: string): string {
  return output.replace(/[\r\n]+$/, '');
}

function split(output: string): string[] {
  return output === '' ? [] : output.split(/\r?\n/);
}
