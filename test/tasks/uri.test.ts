import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal, type QueryVerdict } from '../../src/runner/contract/task-type.ts';
import uri from '../../src/runner/tasks/uri.ts';
import {
  declarationLaws,
  desire,
  type Ground,
  inEachShell,
  makeGround,
  query,
  registersWhatItDeclares,
  type Shell,
  shells,
  validateParams,
} from './harness.ts';
import { type HttpServer, startHttp, startHttps } from './services/http.ts';
import { without } from './services/without.ts';

declarationLaws(uri);

function asked(params: JsonObject, ground: Ground): QueryVerdict {
  const verdict = query(uri, params, ground);
  if ('kind' in verdict) return assert.fail(`refused: ${verdict.refusal}`);
  registersWhatItDeclares(uri, verdict.result);
  return verdict;
}

describe('uri', () => {
  const refusals: readonly (readonly [JsonObject, RegExp])[] = [
    [{ url: 'http://u:p@host/' }, /holds a user or password/],
    [{ url: 'http://host/a b' }, /is not a URL/],
    [{ url: 'http://[bad/' }, /is not a URL/],
    [{ url: 'http://host/', headers: { 'A:b': 'c' } }, /"A:b" is not the name of a header/],
    [{ url: 'http://host/', headers: { A: 'b\r\nC: d' } }, /holds a control character/],
    [{ url: 'http://host/', password: 'x' }, /a password needs a user/],
    [{ url: 'http://host/', user: 'a:b' }, /cannot hold a colon/],
  ];
  for (const [params, refusal] of refusals) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(uri, params, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.match(desired.refusal, refusal);
    });
  }

  it('knows only methods that ask, and http', () => {
    assert.equal(validateParams(uri, { url: 'http://x/', method: 'POST' }).faults.length, 1);
    assert.equal(validateParams(uri, { url: 'ftp://x/' }).faults.length, 1);
  });
});

/** Ways in which a host may be able to ask; busybox ash sees busybox's wget only. */
const TOOLS: readonly { name: string; on(ground: Ground): Ground; shells(shell: Shell): boolean }[] = [
  { name: 'curl', on: (ground) => ground, shells: (shell) => shell.name !== 'busybox ash' },
  { name: 'wget', on: (ground) => without(ground, 'curl'), shells: (shell) => shell.name !== 'busybox ash' },
  { name: 'busybox wget', on: (ground) => ground, shells: (shell) => shell.name === 'busybox ash' },
];

for (const tool of TOOLS) {
  for (const shell of shells().filter(tool.shells)) {
    describe(`uri with ${tool.name} in ${shell.name} @host`, () => {
      const whole = tool.name !== 'busybox wget';
      let server: HttpServer;
      let bare: Ground;
      let ground: Ground;
      before(async () => {
        server = await startHttp();
        bare = makeGround(shell);
        ground = tool.on(bare);
      });
      after(() => {
        server.stop();
        bare.remove();
      });

      it('reads status, headers and JSON', () => {
        const { result, failed, msg } = asked({ url: `${server.url}/json` }, ground);
        assert.equal(failed, undefined);
        assert.equal(msg, 'status 200');
        assert.equal(result['status'], 200);
        assert.deepEqual(result['json'], { a: [1, null] });
        assert.equal(result['content'], undefined);
        assert.equal((result['headers'] as JsonObject)['content-type'], 'application/json; charset=utf-8');
      });
      it('joins headers of one name, and gives the content if told', () => {
        const { result } = asked({ url: `${server.url}/twice`, return_content: true }, ground);
        assert.equal((result['headers'] as JsonObject)['set-cookie'], 'a=1, b=2');
        assert.equal(result['content'], 'twice');
      });
      it('fails on another status, with the content where there is one', () => {
        const { result, failed } = asked({ url: `${server.url}/500` }, ground);
        assert.equal(failed, `GET ${server.url}/500: status 500, not 200`);
        assert.equal(result['status'], 500);
        if (whole) assert.equal(result['content'], 'this is /500');
      });
      it('takes the statuses that it is told', () => {
        assert.equal(asked({ url: `${server.url}/401`, status_code: 401 }, ground).failed, undefined);
        assert.equal(asked({ url: `${server.url}/204`, status_code: [200, 204] }, ground).failed, undefined);
        const { failed } = asked({ url: `${server.url}/404`, status_code: [200, 301] }, ground);
        assert.match(failed ?? '', /status 404, not 200 or 301$/);
      });
      it('follows redirects, or not', () => {
        assert.deepEqual(asked({ url: `${server.url}/redirect` }, ground).result['json'], { a: [1, null] });
        const params = { url: `${server.url}/redirect`, status_code: 302, follow_redirects: false };
        const { failed, result } = asked(params, ground);
        if (!whole) return assert.match(failed ?? '', /busybox's wget always follows redirects$/);
        assert.equal(failed, undefined);
        assert.equal((result['headers'] as JsonObject)['location'], '/json');
      });
      it('asks for the head only', () => {
        const { result, failed } = asked(
          { url: `${server.url}/json`, method: 'HEAD', return_content: true },
          ground,
        );
        assert.equal(failed, undefined);
        assert.equal(result['content'], '');
      });
      it('says why there was no answer', () => {
        const { result, failed } = asked({ url: 'http://127.0.0.1:1/x' }, ground);
        assert.equal(result['status'], -1);
        assert.match(failed ?? '', /^GET http:\/\/127\.0\.0\.1:1\/x: .*([Cc]onnect|refused)/);
      });
      it('says again ahead of time, and asks anew when due', () => {
        const desired = desire(uri, { url: `${server.url}/500` }, ground);
        assert.deepEqual(uri.read(ground.run(uri.probe(desired)), desired), { again: true });
      });
      it('looks at a part of a long answer', () => {
        const { result, failed } = asked({ url: `${server.url}/big`, return_content: true }, ground);
        assert.equal(failed, undefined);
        assert.equal(result['truncated'], true);
        assert.equal(result['json'], undefined);
        assert.ok(String(result['content']).length <= 1_048_576);
      });
      it('is not fooled by an answer that looks like one of ours', () => {
        const { result } = asked({ url: `${server.url}/tricky`, return_content: true }, ground);
        assert.equal(result['status'], 200);
        assert.equal(result['content'], 'HTTP/1.1 500 No\r\n\r\nuri: curl 7\n');
      });
      it('wants a text in the answer', () => {
        assert.equal(asked({ url: `${server.url}/json`, text: '[1,null]' }, ground).failed, undefined);
        const { failed } = asked({ url: `${server.url}/json`, text: '(ok)' }, ground);
        assert.match(failed ?? '', /the answer does not hold "\(ok\)"$/);
      });
      it('sends harmless headers', () => {
        const headers = { Accept: `a"b\\c' $(x)`, 'X-Forwarded-Proto': 'https' };
        const { result } = asked({ url: `${server.url}/echo`, headers }, ground);
        const sent = (result['json'] as { headers: JsonObject }).headers;
        assert.equal(sent['accept'], headers.Accept);
        assert.equal(sent['x-forwarded-proto'], 'https');
      });
      it('sends a password only where nobody sees it', () => {
        const log = bare.at('argv');
        const spy = (name: string, real: string) =>
          bare.lay({
            [`bin/${name}`]: { content: `#!/bin/sh\necho "$@" >>${log}\nexec ${real} "$@"\n`, mode: 0o755 },
          });
        spy('curl', '/usr/bin/curl');
        spy('wget', whole ? '/usr/bin/wget' : `${shell.tools}/wget`);
        const spied = {
          ...ground,
          run: (script: Parameters<Ground['run']>[0]) => ground.run(script, { tools: [bare.at('bin')] }),
        };
        const onlyItsOwn = whole ? spied : without(spied, 'curl');
        const params = { url: `${server.url}/echo`, user: 'us@er', password: `p:"w\\'ü %` };
        const { result, failed } = asked(params, onlyItsOwn);
        assert.doesNotMatch(readFileSync(log, 'utf8'), /us.*er|p:|%/);
        if (!whole)
          return assert.match(failed ?? '', /busybox's wget would show the password on its command line$/);
        assert.equal(failed, undefined);
        const expected = `Basic ${Buffer.from(`${params.user}:${params.password}`).toString('base64')}`;
        assert.equal((result['json'] as { headers: JsonObject }).headers['authorization'], expected);
      });
      it('sends a telling header or query only where nobody sees it', () => {
        const token = asked({ url: `${server.url}/echo`, headers: { Authorization: 'Token 1' } }, ground);
        if (tool.name === 'curl') assert.equal(token.failed, undefined);
        else assert.match(token.failed ?? '', /would show the header Authorization on its command line$/);
        const params = { url: `${server.url}/echo?a=[1]&b={2}` };
        const found = asked(params, ground);
        if (whole)
          assert.equal(
            (found.result['json'] as { url: string }).url,
            tool.name === 'curl' ? '/echo?a=[1]&b={2}' : '/echo?a=[1]&b=%7B2%7D',
          );
        else assert.match(found.failed ?? '', /would show the query/);
      });
      it('asks OPTIONS', () => {
        const { failed, result } = asked({ url: `${server.url}/echo`, method: 'OPTIONS' }, ground);
        if (whole) assert.equal((result['json'] as JsonObject)['method'], 'OPTIONS');
        else assert.match(failed ?? '', /busybox's wget knows no OPTIONS$/);
      });
    });
  }
}

describe('uri without tools', () => {
  inEachShell('says what to install', (ground) => {
    const verdict = asked({ url: 'http://127.0.0.1:1/' }, without(ground, 'curl', 'wget'));
    assert.equal(verdict.failed, 'this host has neither curl nor wget');
    assert.equal(verdict.hint, 'Install curl.');
  });
});

describe('uri and certificates @host', () => {
  let server: HttpServer;
  before(async () => {
    server = await startHttps();
  });
  after(() => server.stop());
  inEachShell('checks them unless told not to', (ground) => {
    const url = `${server.url}/json`;
    for (const on of ground.shell.name === 'busybox ash' ? [ground] : [ground, without(ground, 'curl')]) {
      assert.match(asked({ url }, on).failed ?? '', /certificate/);
      if (ground.shell.name === 'busybox ash') continue;
      assert.equal(asked({ url, validate_certs: false }, on).failed, undefined);
    }
  });
});

describe('uri over time @host', function () {
  this.timeout(20_000);
  let server: HttpServer;
  before(async () => {
    server = await startHttp();
  });
  after(() => server.stop());
  inEachShell('gives up in time', (ground) => {
    for (const on of ground.shell.name === 'busybox ash' ? [ground] : [ground, without(ground, 'curl')]) {
      const { failed } = asked({ url: `${server.url}/slow`, timeout: 1 }, on);
      assert.match(failed ?? '', /no answer within 1 s$/);
    }
  });
});
