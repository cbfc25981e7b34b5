import type { Size } from './live-area.ts';
import type { Screen } from './reporter.ts';
import { width } from './text.ts';

/**
 * A terminal of which the lowest lines are redrawn. What is printed scrolls by above them and is never touched again;
 * after `erase` the cursor is at the start of an empty line.
 */
export class LiveScreen {
  private readonly screen: Screen;
  /** Columns of each line that stands below what was printed. */
  private drawn: number[] = [];
  private pending = '';

  constructor(screen: Screen) {
    this.screen = screen;
  }

  /** Shown with the next `draw`. */
  print(lines: readonly string[]): void {
    for (const line of lines) this.pending += `${line}\n`;
  }

  get isClean(): boolean {
    return this.pending === '' && this.drawn.length === 0;
  }

  /** Everything printed so far, and these lines below it. One write. */
  draw(lines: readonly string[]): void {
    if (this.isClean && lines.length === 0) return;
    const below = lines.map((line) => `${line}\n`).join('');
    this.screen.out(this.eraser() + this.pending + below);
    this.pending = '';
    this.drawn = lines.map((line) => width(line.replace(/\x1b\[[0-9;]*m/g, '')));
  }

  /** For a text that somebody else writes to the same terminal. */
  erase(): void {
    this.draw([]);
  }

  /**
   * Back to the first of the lines drawn, and everything from there on cleared. A terminal that became narrower has
   * broken long lines anew; `^C` may have been echoed where the cursor stood.
   */
  private eraser(): string {
    const { columns }: Size = this.screen.size();
    const rows = this.drawn.reduce(
      (sum, wide) => sum + Math.max(1, Math.ceil(wide / Math.max(1, columns))),
      0,
    );
    return rows > 0 ? `\r\x1b[${rows}A\x1b[J` : '\r\x1b[K';
  }
}
