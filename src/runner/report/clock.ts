import type { Clock } from './reporter.ts';

export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  every(ms, action) {
    const timer = setInterval(action, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};
