import { type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';

export type Env = Readonly<Record<string, string>>;

/**
 * How variables reach a container without ever standing in an argument list. docker's env-file is literal, but
 * holds no line breaks and cuts a trailing carriage return, so values with those go through the client's own
 * environment.
 */
export interface Delivery {
  /** `NAME=value` lines for `--env-file`. */
  readonly lines: readonly string[];
  /** Exported for the client, which is told the name only. */
  readonly exported: readonly (readonly [name: string, value: string])[];
}

/** Beyond this an env-file's line is refused by docker (its scanner holds 64 KiB). */
export const LONGEST_LINE = 60_000;

/** Variables that would steer the docker client, or the shell that starts it. */
const STEERS_THE_CLIENT = /^(PATH|HOME|IFS|ENV|TMPDIR|LD_.*|DOCKER_.*|SSH_.*|(HTTPS?|NO|ALL)_PROXY)$/i;

export function deliver(env: Env): Delivery | Refusal {
  const lines: string[] = [];
  const exported: [string, string][] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!/^[^\s=#\0][^\s=\0]*$/.test(name)) return refuse(`${JSON.stringify(name)} is no name of a variable`);
    if (value.includes('\0')) return refuse(`env.${name} holds a NUL character, which no variable can`);
    const fits = !/[\n\r]/.test(value) && Buffer.byteLength(value) < LONGEST_LINE;
    if (fits) {
      lines.push(`${name}=${value}`);
    } else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || STEERS_THE_CLIENT.test(name)) {
      return refuse(
        `env.${name} can't have a value of several lines (or of more than ${LONGEST_LINE} bytes)`,
        'mount it as a file',
      );
    } else {
      exported.push([name, value]);
    }
  }
  return { lines, exported };
}

/** Words for `docker create|run|exec`; `file` is where the lines can be read. */
export function deliveryWords(delivery: Delivery, file: string): string[] {
  return [
    ...(delivery.lines.length > 0 ? ['--env-file', file] : []),
    ...delivery.exported.flatMap(([name]) => ['-e', name]),
  ];
}

/** `export` lines for what goes through the client's environment. */
export function exports(delivery: Delivery): Script {
  return delivery.exported.reduce(
    (all, [name, value]) => sh`${all}export ${name}=${value}
`,
    sh``,
  );
}

/** Variables of an inspected `Env` list; of a name given twice, the last counts. */
export function envMap(list: readonly string[] | null | undefined): Env {
  return Object.fromEntries(
    (list ?? []).map((entry) => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** Names whose values are never shown in a delta, not even an old one of which nobody knows any more that it was secret. */
const SECRET_NAME = /pass|secret|token|key|credential|auth|dsn|_url$|_uri$|cookie|salt/i;

export function looksSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}
