import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { docker } from '../hosts/docker.ts';
import { type Container, network, once, start, until } from './lib/docker.ts';
import { get } from './lib/http.ts';
import { image, ours } from './lib/images.ts';
import { type Mounts, mounts } from './lib/mounts.ts';
import { filesBelow, render } from './lib/render.ts';
import { VALUES } from './lib/values.ts';

/** Answers with what it was asked: its own name, the path and the headers. A path /slow takes a while. */
const ECHO = `
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Echo(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith('/slow'):
            print('slow begins', flush=True)
            time.sleep(4)
        data = json.dumps({'name': sys.argv[1], 'path': self.path, 'headers': {k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *words): pass
ThreadingHTTPServer(('0.0.0.0', int(sys.argv[2])), Echo).serve_forever()
`;

const WEB = [
  { host: 'mama-ng-control.test.example.com', container: 'mamangcontrol', port: 8000 },
  { host: 'mama-ng-contentstore.test.example.com', container: 'mamangcontentstore', port: 8001 },
];

interface Echoed {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

describe('the reverse proxy @host', function () {
  this.timeout(240_000);
  let folder: Mounts;
  let net: string;
  let proxy: Container;

  before(async () => {
    folder = mounts();
    net = await network();
    const out = render({ ...VALUES, web_containers: WEB }, [
      { src: 'roles/infr/templates/proxy/', dest: '' },
      { src: 'roles/app/templates/proxy/', dest: 'app/' },
    ]);
    for (const [name, text] of filesBelow(out)) folder.file(name.replace('app/', ''), text, '-', 0o644);
    // Not one of the containers behind it is there yet.
    proxy = await start(await ours('proxy'), [
      ...['--network', net, '--network-alias', 'proxy', '-v', `${folder.folder}:/etc/mama/proxy:ro`],
    ]);
    await proxy.healthy();
  });

  after(() => folder.remove());

  const behind = async (alias: string, port: number) =>
    start(
      await image('test/stand-ins/base'),
      ['--init', '--network', net, '--network-alias', alias],
      ['python', '-c', ECHO, alias, String(port)],
    );
  const ask = (host: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
    get(net, `http://proxy${path}`, { headers: { Host: host, ...headers } });

  async function echoed(
    host: string,
    path: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Echoed> {
    let last = await ask(host, path, headers);
    const well = async () => {
      if (last.status !== 200) last = await ask(host, path, headers);
      return last.status === 200;
    };
    // nginx keeps a name that nobody had for some seconds.
    await until(20, well, async () => `${host}${path}: ${last.status}\n${await proxy.logs()}`);
    return JSON.parse(last.text);
  }

  it('starts without what is behind it, and says 502 for that', async () => {
    for (const { host } of WEB) assert.equal((await ask(host, '/')).status, 502);
    assert.equal((await ask(VALUES.infr_host, '/grafana/')).status, 502);
  });

  it('goes by host name, and leaves path, query and Host as they are', async () => {
    await Promise.all(WEB.map(({ container, port }) => behind(container, port)));
    for (const { host, container } of WEB) {
      const { name, path, headers } = await echoed(host, '/admin/a%20b?x=1&y=%2F');
      assert.deepEqual([name, path, headers['host']], [container, '/admin/a%20b?x=1&y=%2F', host]);
      assert.ok(headers['x-forwarded-for'] && headers['x-forwarded-proto'] === 'http');
    }
  });

  it('has 503 for host names that nobody declared, and on -infr 404 for paths', async () => {
    assert.equal((await ask('nobody.example.com', '/')).status, 503);
    assert.equal((await ask('172.17.0.1', '/')).status, 503);
    assert.equal((await ask(VALUES.infr_host, '/')).status, 404);
    assert.equal((await ask(VALUES.infr_host, '/api/other/')).status, 404);
  });

  it('says on -infr whose metrics they are, whatever the client says', async () => {
    await behind('metrics_api', 8000);
    const asked = await echoed(VALUES.infr_host, '/api/metrics/?m=a.sum', { 'X-Owner-ID': 'another' });
    assert.deepEqual([asked.name, asked.path], ['metrics_api', '/api/metrics/?m=a.sum']);
    assert.equal(asked.headers['x-owner-id'], VALUES.metrics_owner_id);
    assert.equal(asked.headers['host'], VALUES.infr_host);
  });

  it("keeps Grafana's sub path, and lets a websocket through", async () => {
    await behind('metrics_grafana', 3000);
    const page = await echoed(VALUES.infr_host, '/grafana/d/mama-metrics?orgId=1');
    assert.deepEqual([page.name, page.path], ['metrics_grafana', '/grafana/d/mama-metrics?orgId=1']);
    assert.ok(!('upgrade' in page.headers));
    const live = await echoed(VALUES.infr_host, '/grafana/api/live/ws', {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
    });
    assert.equal(live.path, '/grafana/api/live/ws');
    assert.deepEqual([live.headers['upgrade'], live.headers['connection']], ['websocket', 'upgrade']);
  });

  it('follows a container that is made anew at another address', async () => {
    const first = await behind('vumi_api', 9003);
    const path = '/api/vumi_http/key/messages.json';
    assert.equal((await echoed(VALUES.infr_host, path)).path, path);
    const squatter = await (async () => {
      await first.remove();
      // Takes the address that has become free.
      return start(await image('test/stand-ins/base'), ['--init', '--network', net], ['sleep', '60']);
    })();
    await behind('vumi_api', 9003);
    assert.equal((await echoed(VALUES.infr_host, path)).name, 'vumi_api');
    await squatter.remove();
  });

  it('takes changed server blocks without a restart, and refuses broken ones', async () => {
    const block = 'server { listen 80; server_name new.example.com; return 418; }\n';
    folder.file('new.conf', block, '-', 0o644);
    const reloaded = await proxy.exec('mama-proxy', 'reload');
    assert.equal(reloaded.code, 0, reloaded.stderr);
    await until(
      10,
      async () => (await ask('new.example.com', '/')).status === 418,
      () => proxy.logs(),
    );
    folder.file('new.conf', 'server {', '-', 0o644);
    const refused = await proxy.exec('mama-proxy', 'reload');
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /new\.conf/);
    assert.equal((await ask('new.example.com', '/')).status, 418);
  });

  it('has taken them, and ended what was under way, when the reload has ended', async () => {
    const [old, next] = await Promise.all([behind('one', 8000), behind('two', 8000)]);
    const to = (name: string) =>
      folder.file(
        'new.conf',
        `server { listen 80; server_name moved.example.com; location / { set $to http://${name}:8000; proxy_pass $to; } }\n`,
        '-',
        0o644,
      );
    to('one');
    assert.equal((await proxy.exec('mama-proxy', 'reload')).code, 0);
    assert.equal((await echoed('moved.example.com', '/')).name, 'one');
    let ended = false;
    const slow = ask('moved.example.com', '/slow').finally(() => {
      ended = true;
    });
    await old.said('slow begins');
    to('two');
    const reloaded = await proxy.exec('mama-proxy', 'reload');
    assert.equal(reloaded.code, 0, reloaded.stderr);
    // The client may learn of its answer a moment after the proxy is through with it.
    await Promise.race([slow, sleep(1500)]);
    assert.ok(ended, 'the reload ended before a request that was under way');
    assert.equal(JSON.parse((await slow).text).name, 'one');
    await old.remove();
    assert.equal(JSON.parse((await ask('moved.example.com', '/')).text).name, 'two');
    await next.remove();
  });

  it('says so when nginx keeps the blocks that it had', async () => {
    // Another program has the port, which only shows when nginx listens.
    const other = 'daemon off; pid /tmp/other.pid; events {} http { server { listen 8099; } }';
    await docker([
      'exec',
      '-d',
      proxy.name,
      'sh',
      '-c',
      `echo '${other}' >/tmp/o.conf; exec nginx -c /tmp/o.conf`,
    ]);
    const listens = async () => (await proxy.exec('bash', '-c', ': 3<>/dev/tcp/127.0.0.1/8099')).code === 0;
    await until(20, listens, () => proxy.logs());
    folder.file('new.conf', 'server { listen 8099; }\n', '-', 0o644);
    const kept = await proxy.exec('mama-proxy', 'reload');
    assert.equal(kept.code, 1);
    assert.match(kept.stderr, /nginx keeps the server blocks that it had/);
    folder.file('new.conf', '', '-', 0o644);
    assert.equal((await proxy.exec('mama-proxy', 'reload')).code, 0);
  });

  it('without server blocks says what is missing', async () => {
    const { code, stderr } = await once(await ours('proxy'));
    assert.equal(code, 78);
    assert.match(stderr, /\/etc\/mama\/proxy holds no \.conf file/);
  });

  it('ends well when it is told to', async () => assert.equal(await proxy.stop(), 0));
});
