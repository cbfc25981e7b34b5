import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface HttpServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  stop(): void;
}

/** A server in a process of its own: it answers while a test waits for a shell. */
const SERVER = `
const answer = (request, response) => {
  const path = request.url.split('?')[0];
  const said = JSON.stringify({ method: request.method, url: request.url, headers: request.headers });
  const end = (status, headers, body) => { response.writeHead(status, headers); response.end(request.method === 'HEAD' ? '' : body); };
  if (path === '/json') return end(200, { 'Content-Type': 'application/json; charset=utf-8' }, '{"a":[1,null]}');
  if (path === '/echo') return end(200, { 'Content-Type': 'application/json' }, said);
  if (path === '/redirect') return end(302, { Location: '/json' }, '');
  if (path === '/twice') return end(200, { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2'] }, 'twice');
  if (path === '/big') return end(200, { 'Content-Type': 'application/json' }, '"' + 'x'.repeat(3e6) + '"');
  if (path === '/slow') return setTimeout(() => end(200, {}, 'late'), 20000);
  if (path === '/tricky') return end(200, { 'Content-Type': 'text/plain' }, 'HTTP/1.1 500 No\\r\\n\\r\\nuri: curl 7\\n');
  const status = Number(path.slice(1));
  return end(status || 404, { 'Content-Type': 'text/plain' }, 'this is ' + path);
};
const tls = process.argv[1] && { key: require('fs').readFileSync(process.argv[1] + '/key.pem'), cert: require('fs').readFileSync(process.argv[1] + '/cert.pem') };
const server = tls ? require('https').createServer(tls, answer) : require('http').createServer(answer);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
`;

export function startHttp(tlsDir?: string): Promise<HttpServer> {
  const words = ['-e', SERVER, ...(tlsDir === undefined ? [] : [tlsDir])];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const scheme = tlsDir === undefined ? 'http' : 'https';
  return new Promise((resolve) => {
    child.stdout.once('data', (port) =>
      resolve({ url: `${scheme}://127.0.0.1:${String(port).trim()}`, stop: () => child.kill() }),
    );
  });
}

/** With a certificate that nobody trusts. */
export async function startHttps(): Promise<HttpServer> {
  const dir = mkdtempSync(join(tmpdir(), 'mama-play-tls-'));
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=nobody'];
  const made = spawnSync('openssl', [
    ...words,
    '-keyout',
    join(dir, 'key.pem'),
    '-out',
    join(dir, 'cert.pem'),
  ]);
  if (made.status !== 0) throw new Error(`this test needs openssl: apt-get install openssl (${made.stderr})`);
  const server = await startHttp(dir);
  return {
    url: server.url,
    stop: () => {
      server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
