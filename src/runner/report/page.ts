import type { Paint } from './paint.ts';
import { width } from './text.ts';

/** A wider text is hard to read. */
const WIDEST = 100;

/** A page of the documentation (headings, paragraphs, lists, fenced code, tables) as lines for a terminal. */
export function pageLines(markdown: string, columns: number, paint: Paint): string[] {
  const room = Math.max(20, Math.min(columns, WIDEST));
  return blocksOf(markdown.trimEnd().split('\n')).flatMap((block) => blockLines(block, room, paint));
}

type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'code' | 'table'; readonly lines: readonly string[] }
  | { readonly kind: 'text'; readonly indent: string; readonly text: string }
  | { readonly kind: 'gap' };

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const [block, next] = blockAt(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

/** The block that begins at this line, and the line after it. */
function blockAt(lines: readonly string[], at: number): readonly [Block, number] {
  const line = lines[at]!;
  if (line.trim() === '') return [{ kind: 'gap' }, at + 1];
  if (/^#+ /.test(line)) return [{ kind: 'heading', text: line.replace(/^#+ /, '') }, at + 1];
  if (line.startsWith('```')) {
    const end = lines.findIndex((one, index) => index > at && one.startsWith('```'));
    const last = end < 0 ? lines.length : end;
    return [{ kind: 'code', lines: lines.slice(at + 1, last) }, last + 1];
  }
  if (line.startsWith('|')) {
    const end = following(lines, at, (one) => one.startsWith('|'));
    return [{ kind: 'table', lines: lines.slice(at, end) }, end];
  }
  const marker = /^\s*(?:[-*]|\d+\.) /.exec(line)?.[0] ?? '';
  const end = following(lines, at, (one) => !/^(\s*$|\s*(?:[-*]|\d+\.) |#|```|\|)/.test(one));
  const text = lines.slice(at, end).join(' ').slice(marker.length);
  return [{ kind: 'text', indent: marker, text: withoutLinks(text) }, end];
}

/** `[copy](copy.md)` is `copy`, the type that `mama-play doc copy` tells of. */
function withoutLinks(text: string): string {
  return text
    .replace(/\[`?([\w-]+)`?\]\(\1\.md\)/g, '`$1`')
    .replace(/\[([^\]]+)\]\((https?:[^)]+)\)/g, '$1 ($2)');
}

function following(lines: readonly string[], at: number, belongs: (line: string) => boolean): number {
  let end = at + 1;
  while (end < lines.length && belongs(lines[end]!)) end++;
  return end;
}

function blockLines(block: Block, room: number, paint: Paint): string[] {
  switch (block.kind) {
    case 'gap':
      return [''];
    case 'heading':
      return [paint.bold(block.text)];
    case 'code':
      return block.lines.map((line) => (line === '' ? '' : `    ${line}`));
    case 'table':
      return block.lines.map((line) => line.replace(/\s*\|\s*$/, ''));
    case 'text': {
      const hanging = ' '.repeat(block.indent.length);
      return wrapped(block.text, room - hanging.length, paint).map(
        (line, index) => (index === 0 ? block.indent : hanging) + line,
      );
    }
  }
}

/** Code spans stay on one line. Without colours the marks of code and emphasis stay. */
function wrapped(text: string, room: number, paint: Paint): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  let isBold = false;
  for (const [word] of text.matchAll(/(?:`[^`]*`|[^\s`])+/g)) {
    const marks = word.match(/\*\*/g)?.length ?? 0;
    const shown = paint.isColorSupported ? spans(word, isBold || marks > 0, paint) : word;
    const columns = width(paint.isColorSupported ? word.replace(/\*\*|`/g, '') : word);
    if (marks % 2 === 1) isBold = !isBold;
    if (used > 0 && used + 1 + columns > room) {
      lines.push(line);
      line = shown;
      used = columns;
    } else {
      line = used > 0 ? `${line} ${shown}` : shown;
      used += columns + (used > 0 ? 1 : 0);
    }
  }
  return used > 0 ? [...lines, line] : lines;
}

function spans(word: string, isBold: boolean, paint: Paint): string {
  const plain = word.replaceAll('**', '').replace(/`([^`]*)`/g, (_, code: string) => paint.cyan(code));
  return isBold ? paint.bold(plain) : plain;
}
