import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import type { Reply } from '../../src/runner/contract/exchange.ts';
import { isRefusal, isUnknown, MOVED } from '../../src/runner/contract/task-type.ts';
import fetch from '../../src/runner/tasks/fetch.ts';
import {
  applyAfter,
  type Case,
  converge,
  desire,
  type Ground,
  inEachShell,
  laws,
  look,
  NASTY,
  validateParams,
  worldOf,
} from './harness.ts';

const hash = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const variables = { inventory_hostname: 'web1' };
const binary = Buffer.from([0, 1, 2, 255, 10, 0, 13, 10, 10]);
const big = Buffer.alloc(300_000, 'line of text\n');
const flat = (src: string) => (g: Ground) => ({ src: g.at(src), dest: 'here', flat: true });

/** What came is `content`, and that is what is registered. */
const came = (content: string | Uint8Array): NonNullable<Case['after']> =>
  function after(_, { result }) {
    assert.equal(hash(readFileSync(String(result['dest']))), hash(content));
    assert.deepEqual([result['checksum'], result['size']], [hash(content), content.length]);
  };

const cases: readonly Case[] = [
  {
    name: 'puts a file below the host and its path',
    variables,
    before: (g) => g.lay({ 'a/f': 'text\n' }),
    params: (g) => ({ src: `${g.dir}//a/./f`, dest: 'fetched' }),
    delta: ['content', 'size'],
    after(g, done) {
      assert.ok(String(done.result['dest']).endsWith(`/project/fetched/web1${g.at('a/f')}`));
      assert.deepEqual(done.delta, {
        content: { from: null, to: `sha256:${hash('text\n')}` },
        size: { from: null, to: 5 },
      });
      came('text\n')(g, done);
    },
  },
  {
    name: 'brings bytes as they are',
    before: (g) => g.lay({ f: binary }),
    params: flat('f'),
    after: came(binary),
  },
  { name: 'brings many bytes', before: (g) => g.lay({ f: big }), params: flat('f'), after: came(big) },
  { name: 'brings an empty file', before: (g) => g.lay({ f: '' }), params: flat('f'), after: came('') },
  {
    name: 'tells the one content from the other of the same length',
    files: { here: 'old' },
    before: (g) => g.lay({ f: 'new' }),
    params: (g) => ({ src: g.at('f'), dest: 'files/here', flat: true }),
    delta: ['content'],
    after: came('new'),
  },
  {
    name: 'leaves what is here already',
    files: { here: 'same' },
    before: (g) => g.lay({ f: 'same' }),
    params: (g) => ({ src: g.at('f'), dest: 'files/here', flat: true }),
    delta: null,
    after: came('same'),
  },
  {
    name: 'a flat directory gets the file under its own name',
    before: (g) => g.lay({ 'a/f.txt': 'text' }),
    params: (g) => ({ src: g.at('a/f.txt'), dest: 'files/', flat: true }),
    after(g, done) {
      assert.match(String(done.result['dest']), /\/files\/f\.txt$/);
      came('text')(g, done);
    },
  },
  {
    name: 'follows a link',
    before: (g) => g.lay({ f: 'text', l: { link: 'f' } }),
    params: flat('l'),
    after: came('text'),
  },
  {
    name: 'goes on without a file that may lack',
    before: (g) => g.lay({ dead: { link: 'nowhere' } }),
    params: (g) => ({ ...flat('no/such')(g), fail_on_missing: false }),
    delta: null,
    after: (_, done) => assert.deepEqual(done.result, {}),
  },
  { name: 'a file that lacks', params: flat('no/such'), refused: /no\/such is not there/ },
  {
    name: 'a link that leads to nothing',
    before: (g) => g.lay({ dead: { link: 'nowhere' } }),
    params: flat('dead'),
    refused: /dead is not there/,
  },
  {
    name: 'a directory',
    before: (g) => g.lay({ d: null }),
    params: flat('d'),
    refused: /\/d is a directory/,
  },
  {
    name: 'a device',
    params: { src: '/dev/null', dest: 'x', flat: true },
    refused: /device, socket or pipe/,
  },
  {
    name: 'a directory where the file is to be',
    files: { d: null },
    before: (g) => g.lay({ f: 'x' }),
    params: (g) => ({ src: g.at('f'), dest: 'files/d', flat: true }),
    refused: /files\/d is no file/,
  },
  {
    name: 'what is larger than an answer may be',
    before(g) {
      g.lay({ f: '' });
      truncateSync(g.at('f'), 64 * 1024 * 1024 + 1);
    },
    params: flat('f'),
    refused: /\/f has 67108865 bytes, and no more than 67108864 are fetched/,
  },
  {
    name: 'a host whose name is no directory',
    variables: { inventory_hostname: '..' },
    params: { src: '/etc/hostname', dest: 'x' },
    refused: /a host named "\.\."/,
  },
];

laws(fetch, cases, {
  nasty: {
    texts: NASTY,
    case: (text) => ({
      variables,
      before: (g) => g.lay({ [`${text}/${text}`]: text }),
      params: (g) => ({ src: g.at(`${text}/${text}`), dest: `some ${text}` }),
      after: came(Buffer.from(text)),
    }),
  },
});

describe('fetch', () => {
  inEachShell('what changes in between is asked for once more', async (g) => {
    g.lay({ f: 'one' });
    const params = flat('f')(g);
    const desired = desire(fetch, params, g);
    const current = look(fetch, desired, g);
    const grown = await applyAfter(fetch, params, g, () => appendFileSync(g.at('f'), 'more'));
    assert.deepEqual([grown.code, fetch.keep!.bytes(grown, desired, current)], [0, null]);
    const gone = await applyAfter(fetch, params, g, () => rmSync(g.at('f')));
    assert.equal(gone.code, MOVED);
  });

  inEachShell('in a dry run it knows what an earlier task would have made of the file', (g) => {
    g.lay({ f: 'old' });
    const desired = desire(fetch, flat('f')(g), g);
    const current = look(fetch, desired, g);
    const decide = (foreseen: Record<string, string>) =>
      fetch.decide(current, desired, worldOf({ [`path:${g.at('f')}`]: { kind: 'file', ...foreseen } }));
    assert.deepEqual(decide({ sha256: hash('newer'), text: 'newer' }), {
      content: { from: null, to: `sha256:${hash('newer')}` },
      size: { from: null, to: 5 },
    });
    assert.ok(isUnknown(decide({ contents: 'unknown' })));
    const gone = fetch.decide(current, desired, worldOf({ [`path:${g.at('f')}`]: { kind: 'absent' } }));
    assert.ok(isRefusal(gone));
  });

  inEachShell('says who may read it', async (g) => {
    g.lay({ 'd/f': 'secret' });
    const current = look(fetch, desire(fetch, flat('d/f')(g), g), g);
    const barred = fetch.decide(
      { ...current, readable: false },
      desire(fetch, flat('d/f')(g), g),
      worldOf({}),
    );
    assert.ok(isRefusal(barred));
    assert.match(barred.refusal, /d\/f may not be read \(it is root 0\d\d\d\)/);
    const done = await converge(fetch, flat('d/f')(g), g);
    assert.equal(done.kind, 'converged');
  });

  it('says what the tools said', () => {
    const reply: Reply = {
      kind: 'reply',
      code: 1,
      out: new Uint8Array(),
      err: Buffer.from('head: write error: No space left on device\n'),
    };
    const desired = { src: '/f' } as Parameters<NonNullable<typeof fetch.explain>>[1];
    assert.equal(
      fetch.explain!(reply, desired).refusal,
      '/f could not be read: head: write error: No space left on device',
    );
  });

  it('takes absolute paths without ..', () => {
    for (const src of ['etc/passwd', '/a/../b', '~/x'])
      assert.equal(validateParams(fetch, { src, dest: 'x' }).faults.length, 1, src);
    assert.equal(validateParams(fetch, { src: '/a', dest: '' }).faults.length, 1);
  });
});
