import { maskEvent } from '../contract/mask-event.ts';
import type { Secrets } from '../contract/secret.ts';
import type { Reporter } from '../report/reporter.ts';

/** A reporter that never holds a secret, whoever speaks to it. */
export function discreet(reporter: Reporter, secrets: Secrets): Reporter {
  return { on: (event) => reporter.on(maskEvent(event, secrets)), close: () => reporter.close() };
}

/** A fault of ours may quote anything: here it is without the secrets. */
export function withoutSecrets(error: unknown, secrets: Secrets): unknown {
  if (!(error instanceof Error)) return error;
  const shown = new Error(secrets.mask(error.message));
  shown.stack = secrets.mask(error.stack ?? error.message);
  return shown;
}
