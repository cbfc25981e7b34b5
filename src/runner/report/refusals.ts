import { type Diagnostic, isError } from '../contract/diagnostic.ts';
import { formatDiagnostic } from './diagnostic.ts';
import type { Paint } from './paint.ts';

/** Formats what is wrong with the text, and sums up at the end where that is more than one thing. */
export class Refusals {
  private readonly paint: Paint;
  private errors = 0;
  private begun = false;

  constructor(paint: Paint) {
    this.paint = paint;
  }

  format(diagnostic: Diagnostic): string {
    if (isError(diagnostic) && !this.begun) this.errors++;
    return formatDiagnostic(diagnostic, this.paint);
  }

  /** What comes now is trouble on the way, no refusal. */
  runBegins(): void {
    this.begun = true;
  }

  /** Empty, or a line for the end of a run that was refused. */
  summary(): string {
    return this.errors > 1 ? `${this.errors} errors: nothing was done\n` : '';
  }
}
