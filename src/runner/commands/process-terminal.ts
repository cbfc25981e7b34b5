import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { oneLine, width } from '../report/text.ts';
import type { Terminal } from './terminal.ts';

/** A process as a Terminal. `done` gives back what was taken hold of, so that the process can end. */
export function terminalOf(host: NodeJS.Process): Terminal & { done(): void } {
  const err = outlet(host.stderr, () => {});
  const out = outlet(host.stdout, (why) => err.write(`mama-play: can't write to stdout: ${why}\n`));
  const signals = interrupts(host);
  let asked: Promise<unknown> = Promise.resolve();
  return {
    cwd: host.cwd(),
    env: host.env,
    home: host.env['HOME'] ?? '/',
    identity: `${host.env['USER'] ?? host.env['LOGNAME'] ?? `uid ${host.getuid?.()}`}@${hostname()} (process ${host.pid})`,
    out: out.write,
    err: err.write,
    isTty: host.stdout.isTTY === true && host.env['TERM'] !== 'dumb',
    size: () => ({ columns: host.stdout.columns || 80, rows: host.stdout.rows || 24 }),
    colour: wantsColour(host, host.stdout),
    errColour: wantsColour(host, host.stderr),
    askSecret(prompt) {
      // One question at a time: hosts connect side by side, and more than one of them may need a passphrase.
      const answer = asked.then(() => askSecret(host, prompt, [out, err]));
      asked = answer;
      return answer;
    },
    ask(prompt, signal) {
      const answer = asked.then(() => askLine(host, prompt, signal, [out, err]));
      asked = answer;
      return answer;
    },
    input: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of host.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks);
    },
    hasKeyboard: host.stdin.isTTY === true,
    onInterrupt: signals.listen,
    done: signals.done,
  };
}

interface Outlet {
  write(text: string): void;
  hold(): void;
  release(): void;
}

function outlet(stream: NodeJS.WriteStream, onTrouble: (why: string) => void): Outlet {
  let isGone = false;
  let held: string | null = null;
  // Who reads us may have gone (`| head`): that ends our output, not our work on the hosts.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!isGone && error.code !== 'EPIPE') onTrouble(error.message);
    isGone = true;
  });
  const write = (text: string) => {
    if (isGone) return;
    if (held === null) stream.write(text);
    else held += text;
  };
  return {
    write,
    hold() {
      held ??= '';
    },
    release() {
      const text = held ?? '';
      held = null;
      if (text !== '') write(text);
    },
  };
}

function interrupts(host: NodeJS.Process) {
  let count = 0;
  const caught = new Map<NodeJS.Signals, () => void>();
  return {
    listen(then: Parameters<Terminal['onInterrupt']>[0]) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        const listener = () => then(signal, ++count);
        caught.set(signal, listener);
        host.on(signal, listener);
      }
    },
    done() {
      for (const [signal, listener] of caught) host.off(signal, listener);
    },
  };
}

/** https://no-color.org, and FORCE_COLOR as other tools read it. */
function wantsColour(host: NodeJS.Process, stream: NodeJS.WriteStream): boolean {
  if (host.env['NO_COLOR']) return false;
  if (host.env['FORCE_COLOR'] && host.env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && host.env['TERM'] !== 'dumb';
}

/** ^C at the question is ^C for the whole run; ^D is no answer. The line of the question is cleared afterwards. */
async function askSecret(
  host: NodeJS.Process,
  prompt: string,
  outlets: readonly Outlet[],
): Promise<string | null> {
  if (!host.stdin.isTTY) return null;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: host.stdin, output: silent, terminal: true });
  for (const outlet of outlets) outlet.hold();
  host.stderr.write(prompt);
  return new Promise((resolve) => {
    lines.once('SIGINT', () => {
      lines.close();
      host.kill(host.pid, 'SIGINT');
    });
    lines.once('close', () => {
      host.stderr.write('\r\x1b[K');
      for (const outlet of outlets) outlet.release();
      resolve(null);
    });
    lines.question('', (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

async function askLine(
  host: NodeJS.Process,
  prompt: string,
  signal: AbortSignal,
  outlets: readonly Outlet[],
): Promise<string | null> {
  if (!host.stdin.isTTY || signal.aborted) return null;
  const shown = `${oneLine(prompt)} `;
  const lines = createInterface({ input: host.stdin, output: host.stderr, terminal: true, historySize: 0 });
  for (const outlet of outlets) outlet.hold();
  lines.setPrompt(shown);
  lines.prompt();
  return new Promise((resolve) => {
    // How many rows above the cursor the question begins.
    let above = 0;
    let answer: string | null = null;
    const takeBack = () => {
      above = lines.getCursorPos().rows;
      lines.close();
    };
    signal.addEventListener('abort', takeBack, { once: true });
    // The question stays: whoever hears the signal takes it back.
    lines.on('SIGINT', () => host.kill(host.pid, 'SIGINT'));
    lines.once('line', (line) => {
      answer = line;
      above = Math.floor(width(shown + line) / (host.stderr.columns || 80)) + 1;
      lines.close();
    });
    lines.once('close', () => {
      signal.removeEventListener('abort', takeBack);
      host.stderr.write(`${above > 0 ? `\x1b[${above}A` : ''}\r\x1b[J`);
      for (const outlet of outlets) outlet.release();
      resolve(answer);
    });
  });
}
