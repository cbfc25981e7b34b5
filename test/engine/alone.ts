import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * For a `describe` whose tests take the lease of this very machine, of which there is one: they wait for each other,
 * whatever process or checkout they run in. The lock ends with the process that holds it.
 */
export function aloneOnThisMachine(): void {
  let release: () => Promise<unknown>;

  before(async function () {
    this.timeout(300_000);
    const file = join(tmpdir(), 'mama-test-lease.lock');
    const lock = spawn('flock', [file, 'sh', '-c', 'echo mine; read -r end'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(lock, 'exit');
    await Promise.race([
      once(lock.stdout, 'data'),
      ended.then(([code]) => Promise.reject(new Error(`flock ended with ${code}`))),
    ]);
    release = () => {
      lock.stdin.end();
      return ended;
    };
  });
  after(() => release());
}
