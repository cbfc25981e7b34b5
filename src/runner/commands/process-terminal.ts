import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Terminal } from './terminal.ts';

/** A process as a Terminal. `done` gives back what was taken hold of, so that the process can end. */
export function terminalOf(host: NodeJS.Process): Terminal & { done(): void } {
  let handler: Parameters<Terminal['onInterrupt']>[0] | null = null;
  let count = 0;
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const caught = new Map(
    signals.map((signal) => [
      signal,
      () => {
        count++;
        handler?.(signal, count);
      },
    ]),
  );
  // Who reads us may have gone (`| head`): that ends our output, not our work on the hosts.
  for (const stream of [host.stdout, host.stderr]) stream.on('error', () => {});
  return {
    cwd: host.cwd(),
    env: host.env,
    home: host.env['HOME'] ?? '/',
    out: (text) => void host.stdout.write(text),
    err: (text) => void host.stderr.write(text),
    isTty: host.stdout.isTTY === true,
    size: () => ({ columns: host.stdout.columns ?? 80, rows: host.stdout.rows ?? 24 }),
    colour: wantsColour(host),
    askSecret: (prompt) => askSecret(host, prompt),
    onInterrupt(then) {
      handler = then;
      for (const [signal, listener] of caught) host.on(signal, listener);
    },
    done() {
      for (const [signal, listener] of caught) host.off(signal, listener);
    },
  };
}

/** https://no-color.org, and FORCE_COLOR as other tools read it. */
function wantsColour(host: NodeJS.Process): boolean {
  if (host.env['NO_COLOR']) return false;
  if (host.env['FORCE_COLOR'] && host.env['FORCE_COLOR'] !== '0') return true;
  return host.stdout.isTTY === true && host.env['TERM'] !== 'dumb';
}

function askSecret(host: NodeJS.Process, prompt: string): Promise<string | null> {
  if (!host.stdin.isTTY) return Promise.resolve(null);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: host.stdin, output: silent, terminal: true });
  host.stderr.write(prompt);
  return new Promise((resolve) => {
    lines.once('SIGINT', () => {
      lines.close();
      host.kill(host.pid, 'SIGINT');
    });
    lines.question('', (answer) => {
      host.stderr.write('\n');
      lines.close();
      resolve(answer);
    });
  });
}
