import { type Reply, text } from '../../../contract/exchange.ts';
import { MOST_BYTES } from './request.ts';

export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names in lower case; several of one name joined by `, `. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** There was more than is looked at. */
      readonly truncated: boolean;
      /** After redirects, where the tool says so. */
      readonly url: string | null;
    }
  | { readonly kind: 'none'; readonly because: string; readonly timedOut: boolean }
  | { readonly kind: 'no tool' }
  | { readonly kind: 'unable'; readonly tool: 'gnu' | 'busybox' };

/** Understands what `request` said. */
export function readAnswer(reply: Reply): Answer {
  const said = text(reply.err);
  const [, tool, code] = /^uri: (\w+) (\w+)$/m.exec(said.slice(said.lastIndexOf('\nuri: ') + 1)) ?? [];
  switch (tool) {
    case 'curl':
      return ofCurl(reply, said, Number(code));
    case 'gnu':
    case 'busybox':
      return ofWget(reply, said, Number(code));
    case 'unable':
      return { kind: 'unable', tool: code === 'gnu' ? 'gnu' : 'busybox' };
    case 'none':
      return { kind: 'no tool' };
    default:
      return { kind: 'none', because: lastLine(said) || `exit ${reply.code}`, timedOut: false };
  }
}

/** curl's exit codes: 28 is its timeout, 23 that we took no more of the answer. */
function ofCurl(reply: Reply, said: string, code: number): Answer {
  const [, status, size, url] = /^uri-curl: (\d+) (\d+) (.*)$/m.exec(said) ?? [];
  const truncated = reply.out.length >= MOST_BYTES;
  if (Number(status ?? 0) === 0 || (code !== 0 && !truncated)) {
    const error = /^curl: \(\d+\) (.*)$/m.exec(said)?.[1];
    return { kind: 'none', because: error ?? `curl exited ${code}`, timedOut: code === 28 };
  }
  const head = text(reply.out.subarray(0, Number(size)));
  const body = text(reply.out.subarray(Number(size)));
  const blocks = head.split(/\r?\n\r?\n/).filter((block) => block.startsWith('HTTP/'));
  const headers = readHeaders((blocks.at(-1) ?? '').split(/\r?\n/).slice(1));
  return { kind: 'answer', status: Number(status), headers, body, truncated, url: url ?? null };
}

/** Both wgets print the headers of each answer on stderr, indented, beginning with its status. */
function ofWget(reply: Reply, said: string, code: number): Answer {
  const lines = said.split(/\r?\n/);
  const first = lines.findLastIndex((line) => /^ +HTTP\/\S+ \d{3}/.test(line));
  const timedOut = code === 124 || code === 143;
  if (first < 0 || timedOut) return { kind: 'none', because: lastComplaint(lines), timedOut };
  const after = lines.slice(first + 1);
  const end = after.findIndex((line) => !/^ +\S+:/.test(line));
  const headers = readHeaders(after.slice(0, end < 0 ? after.length : end));
  const truncated = reply.out.length >= MOST_BYTES;
  const status = Number(/\d{3}/.exec(lines[first]!.trim().split(' ')[1] ?? '')?.[0]);
  return { kind: 'answer', status, headers, body: text(reply.out), truncated, url: null };
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^\s*([^\s:]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return headers;
}

function lastComplaint(lines: readonly string[]): string {
  const own = lines.filter((line) => line.trim() !== '' && !line.startsWith('uri: '));
  return (own.at(-1) ?? 'no answer').replace(/^wget: /, '').replace(/\/\/[^/@\s]*@/g, '//');
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1) ?? '';
}
