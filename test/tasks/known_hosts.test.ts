import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import known_hosts from '../../src/runner/tasks/known_hosts.ts';
import {
  type Case,
  desire,
  type Ground,
  inEachShell,
  laws,
  makeGround,
  shells,
  validateParams,
} from './harness.ts';

const A = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const B = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJPpmXyQvlWpJ+HQqBvvTfzVRIuGQXqoGDSvZ1RRkU8z';
const E256 =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=';

const at = (more: JsonObject) => (g: Ground) => ({ name: 'example.com', path: g.at('f'), ...more });

function edits(name: string, from: string, params: JsonObject, to: string): Case {
  return {
    name,
    before: (g) => g.lay({ f: from }),
    params: at(params),
    delta: from === to ? null : ['content'],
    after: (g) => assert.equal(g.text('f'), to),
  };
}

const cases: readonly Case[] = [
  edits('adds a key', `# mine\nother ${A}`, { key: A }, `# mine\nother ${A}\nexample.com ${A}\n`),
  edits(
    'knows a key',
    `EXAMPLE.com,192.0.2.1 ${A} root@x\n`,
    { key: `example.com ${A}` },
    `EXAMPLE.com,192.0.2.1 ${A} root@x\n`,
  ),
  edits('replaces a changed key', `example.com ${A}\nb ${A}\n`, { key: B }, `b ${A}\nexample.com ${B}\n`),
  edits(
    'leaves a line to the other names on it',
    `example.com,b ${A} note\n`,
    { key: B },
    `b ${A} note\nexample.com ${B}\n`,
  ),
  edits(
    'leaves keys of other types, patterns and markers',
    `example.com ${E256}\n*.com ${B}\n@revoked example.com ${B}\n`,
    { key: A },
    `example.com ${E256}\n*.com ${B}\n@revoked example.com ${B}\nexample.com ${A}\n`,
  ),
  edits(
    'takes all that ssh-keyscan prints',
    '',
    { key: `# example.com:22 SSH-2.0\nexample.com ${A}\nexample.com ${E256}\n` },
    `example.com ${A}\nexample.com ${E256}\n`,
  ),
  edits('removes a second entry', `example.com ${A}\nexample.com ${A}\n`, { key: A }, `example.com ${A}\n`),
  edits('writes the port', '', { name: '[Example.com]:2222', key: A }, `[example.com]:2222 ${A}\n`),
  edits(
    'leaves out port 22',
    `example.com ${A}\n`,
    { name: '[example.com]:22', key: A },
    `example.com ${A}\n`,
  ),
  edits(
    'does not take one port for another',
    `[example.com]:2222 ${B}\n`,
    { key: A },
    `[example.com]:2222 ${B}\nexample.com ${A}\n`,
  ),
  edits('forgets a host', `example.com ${A}\nb,example.com ${B}\n`, { state: 'absent' }, `b ${B}\n`),
  edits(
    'forgets one key',
    `example.com ${A}\nexample.com ${E256}\n`,
    { state: 'absent', key: E256 },
    `example.com ${A}\n`,
  ),
  edits('has nothing to forget', `b ${A}\n`, { state: 'absent' }, `b ${A}\n`),
  { name: 'makes no file to forget', params: at({ state: 'absent' }), delta: null },
  {
    name: 'makes a file',
    params: at({ key: A }),
    delta: ['content', 'state'],
    after: (g, done) => assert.ok(g.text('f') === `example.com ${A}\n` && done.result['path'] === g.at('f')),
  },
  {
    name: 'keeps the mode',
    before: (g) => g.lay({ f: { content: `b ${A}\n`, mode: 0o600 } }),
    params: at({ key: A }),
    delta: ['content'],
    after: (g) => assert.equal(lstatSync(g.at('f')).mode & 0o777, 0o600),
  },
  {
    name: 'hashes a name that can be read @host',
    before: (g) => g.lay({ f: `example.com ${A}\n` }),
    params: at({ key: A, hash_host: true }),
    delta: ['content'],
    after(g) {
      assert.match(g.text('f'), /^\|1\|[^ ]+ ssh-ed25519 \S+\n$/);
      assert.match(keygen('-F', 'example.com', '-f', g.at('f')), /found: line 1/);
    },
  },
  {
    name: 'replaces the key of a hashed name @host',
    before(g) {
      g.lay({ f: `example.com ${A}\n` });
      keygen('-H', '-f', g.at('f'));
      assert.doesNotMatch(g.text('f'), /example/);
    },
    params: at({ key: B }),
    delta: ['content'],
    after: (g) => assert.equal(g.text('f'), `example.com ${B}\n`),
  },
  {
    name: 'is content with a hashed name @host',
    before(g) {
      g.lay({ f: `example.com ${A}\nb ${B}\n` });
      keygen('-H', '-f', g.at('f'));
    },
    params: at({ key: A }),
    delta: null,
  },
  {
    name: 'refuses a directory that is not there',
    params: (g) => ({ name: 'a', key: A, path: g.at('no/f') }),
    refused: /^the directory .*\/no does not exist$/,
  },
];

laws(known_hosts, cases);

function keygen(...words: string[]): string {
  const done = spawnSync('ssh-keygen', words, { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

describe('known_hosts', () => {
  const refusals: readonly (readonly [string, JsonObject, string])[] = [
    ['no key', {}, 'key is missing'],
    ['no key in it', { key: '# nothing\n' }, 'key holds no key'],
    ['what is no key', { key: 'example.com ssh-ed25519 AAAA' }, 'key is no public key of a host'],
    ['a key of another type', { key: A.replace('ssh-ed25519', 'ssh-rsa') }, 'key is no public key of a host'],
    ['the key of another host', { key: `b,c ${A}` }, 'key is that of b,c, and name is example.com'],
    ['two keys of one type', { key: `${A}\n${B}` }, 'key holds two keys of type ssh-ed25519'],
    ['an authority', { key: `@cert-authority *.com ${A}` }, 'key begins with @cert-authority'],
    ['a path that leads up', { key: A, path: '~/../x' }, 'path holds "..": ~/../x'],
  ];
  for (const [title, params, refusal] of refusals) {
    it(`refuses ${title}`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(known_hosts, { name: 'example.com', path: '/f', ...params }, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.equal(desired.refusal, refusal);
    });
  }

  it('takes one name, and a path that is absolute or below the home', () => {
    for (const more of [
      { name: 'a,b' },
      { name: '*.com' },
      { name: 'a b' },
      { path: 'known_hosts' },
      { path: '~x/f' },
    ]) {
      assert.equal(
        validateParams(known_hosts, { name: 'a', key: A, ...more }).faults.length,
        1,
        JSON.stringify(more),
      );
    }
  });

  inEachShell('finds the home of whoever runs it', async (ground) => {
    const { converge, mustConverge } = await import('./harness.ts');
    ground.lay({ 'a home/.ssh': null });
    const running = { env: { HOME: ground.at('a home') } };
    const there = { ...ground, run: (script: Parameters<Ground['run']>[0]) => ground.run(script, running) };
    const done = mustConverge(await converge(known_hosts, { name: 'b', key: A }, there));
    assert.equal(ground.text('a home/.ssh/known_hosts'), `b ${A}\n`);
    assert.equal(done.result['path'], ground.at('a home/.ssh/known_hosts'));
    assert.equal(mustConverge(await converge(known_hosts, { name: 'b', key: A }, there)).delta, null);
  });
});
