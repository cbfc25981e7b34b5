import { plainReporter } from './plain.ts';
import type { Reporter, ReportOptions } from './reporter.ts';
export function ttyReporter(options: ReportOptions): Reporter {
  return plainReporter(options);
}
