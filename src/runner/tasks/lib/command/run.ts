import { Readable } from 'node:stream';
import { type Reply, text } from '../../../contract/exchange.ts';
import type { Json } from '../../../contract/json.ts';
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
  stdout: { type: 'string', description: 'What it printed, without newlines at the end.' },
  stderr: { type: 'string', description: 'What it printed to stderr, without newlines at the end.' },
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
  const result = { cmd, rc, stdout, stderr, stdout_lines: split(stdout), stderr_lines: split(stderr) };
  if (rc === 0) return { changed: true, result };
  if (rc === 125 && stderr === NOWHERE) {
    const { refusal, hint } = nowhere(chdir ?? '');
    return { changed: false, result, failed: refusal, ...(hint === undefined ? {} : { hint }) };
  }
  return { changed: true, result, failed: said(rc, split(stderr || stdout)) };
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
