/** One fenced block of a Markdown page, in the order of the page. */
export interface Fence {
  /** The word behind the fence (`yaml`, `console` …). */
  readonly language: string;
  /** `title=PATH`: the file that the block shows; null: none. */
  readonly title: string | null;
  readonly text: string;
  /** The line that the block's text begins at, from 1. */
  readonly line: number;
}

/** One command of a `console` block, with what it is said to answer. */
export interface Command {
  readonly command: string;
  /** Lines of the answer; `…` in one stands for any text, a line of nothing else for any lines. */
  readonly expected: readonly string[];
  /** The exit status (`[2]` as the last line; else 0). */
  readonly code: number;
  readonly line: number;
}

export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { language: string; title: string | null; lines: string[]; line: number } | null = null;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\S*)(?:\s+title=(\S+))?$/.exec(line);
    if (open && line === '```') {
      fences.push({ ...open, text: `${open.lines.join('\n')}\n` });
      open = null;
    } else if (open) open.lines.push(line);
    else if (fence) open = { language: fence[1]!, title: fence[2] ?? null, lines: [], line: index + 2 };
  }
  if (open) throw new Error(`the block at line ${open.line} is never closed`);
  return fences;
}

export function commandsOf(fence: Fence): Command[] {
  const commands: { command: string; expected: string[]; code: number; line: number }[] = [];
  for (const [index, line] of fence.text.trimEnd().split('\n').entries()) {
    const last = commands.at(-1);
    const code = /^\[(\d+)\]$/.exec(line);
    if (line.startsWith('$ '))
      commands.push({ command: line.slice(2), expected: [], code: 0, line: fence.line + index });
    else if (!last) throw new Error(`line ${fence.line + index}: an answer without a command`);
    else if (code) last.code = Number(code[1]);
    else last.expected.push(line);
  }
  return commands;
}

/** Does the answer read as the page says? */
export function reads(expected: readonly string[], answer: string): boolean {
  const pattern = expected.map((line) => (line === '…' ? '(?:.*\\n)*?' : `${oneLine(line)}\\n`)).join('');
  return new RegExp(`^${pattern}$`).test(answer.endsWith('\n') || answer === '' ? answer : `${answer}\n`);
}

function oneLine(line: string): string {
  return line
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}
