import type { Reporter } from './reporter.ts';

/** Tells a run to several, in this order. */
export function fanOut(reporters: readonly Reporter[]): Reporter {
  return {
    on: (event) => {
      for (const reporter of reporters) reporter.on(event);
    },
    close: () => {
      for (const reporter of reporters) reporter.close();
    },
  };
}
