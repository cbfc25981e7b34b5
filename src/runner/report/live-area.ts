import type { Paint } from './paint.ts';
import { seconds } from './words.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** What runs shorter than this is not worth a line. */
const PATIENCE_MS = 150;

/** What one host is doing. */
export interface Running {
  readonly host: string;
  readonly task: string;
  /** `performance.now()` */
  readonly since: number;
  readonly line: string | null;
}

/** The lines at the bottom of the screen: who works on what, since when, and the last thing that was heard. */
export function liveLines(
  running: readonly Running[],
  now: number,
  size: { columns: number; rows: number },
  paint: Paint,
): string[] {
  const slow = running.filter((one) => now - one.since >= PATIENCE_MS).sort((a, b) => a.since - b.since);
  const room = Math.max(1, Math.min(slow.length, Math.floor(size.rows / 2) - 1));
  const frame = FRAMES[Math.floor(now / 100) % FRAMES.length]!;
  const widest = Math.max(0, ...slow.slice(0, room).map((one) => one.host.length));
  const lines = slow.slice(0, room).map((one) => {
    const time = seconds(Math.floor((now - one.since) / 100) * 100);
    const head = `${frame} ${one.host.padEnd(widest)}  ${one.task}  ${time}`;
    const line = one.line === null ? '' : `  ${one.line}`;
    const cut = clip(head + line, size.columns - 1);
    return cut.length > head.length ? head + paint.dim(cut.slice(head.length)) : cut;
  });
  if (slow.length > room)
    lines.push(paint.dim(clip(`  … and ${slow.length - room} more hosts`, size.columns - 1)));
  return lines;
}

/** At most so many columns, counting a wide character as two; control characters are dropped. */
export function clip(text: string, columns: number): string {
  let width = 0;
  let out = '';
  for (const char of text.replace(/\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f\x7f]/g, '')) {
    width += isWide(char.codePointAt(0)!) ? 2 : 1;
    if (width > columns) return out.slice(0, -1) + '…';
    out += char;
  }
  return out;
}

/** East Asian wide and emoji blocks, coarsely (Unicode Standard Annex 11). */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff)
  );
}
