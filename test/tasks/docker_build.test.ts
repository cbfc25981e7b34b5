import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connect, isTrouble, type Target } from '../../src/runner/contract/exchange.ts';
import type { Json, JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal, type LocalEntry } from '../../src/runner/contract/task-type.ts';
import docker_build from '../../src/runner/tasks/docker_build.ts';
import {
  contextHash,
  ignoring,
  localContext,
  tarOf,
} from '../../src/runner/tasks/lib/docker/build/context.ts';
import { readDockerfile } from '../../src/runner/tasks/lib/docker/build/dockerfile.ts';
import { runHere, writeFiles } from '../engine/run-here.ts';
import { BASE, cleanUp, docker, inspect, makeBase, PREFIX, withDocker } from './docker/engine.ts';
import {
  type Converged,
  converge,
  declarationLaws,
  desire,
  type Ground,
  inEachShell,
  lay,
  look,
  makeGround,
  type Refused,
  type Source,
  shells,
  worldOf,
} from './harness.ts';

declarationLaws(docker_build);

describe('docker_build: what a Dockerfile builds on', () => {
  const images = (text: string, args: Record<string, string> = {}) => [...readDockerfile(text, args).images];

  it('reads FROM, stages and COPY --from', () => {
    const text = `
# a comment
FROM --platform=linux/amd64 debian:12 AS Build
RUN echo \\
  # inside a continuation
  FROM nothing
FROM build
COPY --chown=1:1 --from=nginx:1.22 /a /b
COPY --from=build /x /y
COPY --from=0 /x /y
FROM scratch
FROM redis`;
    assert.deepEqual(images(text), ['debian:12', 'nginx:1.22', 'redis']);
    assert.deepEqual([...readDockerfile(text).stages], ['build']);
  });

  it('fills in arguments: given, default, none', () => {
    const text =
      'ARG BASE="debian:12"\nARG TAG\nFROM ${BASE}\nFROM redis:${TAG:-7}\nFROM $BASE-x\nFROM ${TAG:+a}b';
    assert.deepEqual(images(text), ['debian:12', 'redis:7', 'debian:12-x', 'b']);
    assert.deepEqual(images(text, { BASE: 'own', TAG: '6' }), ['own', 'redis:6', 'own-x', 'ab']);
  });

  it('knows no argument of a stage in FROM', () => {
    assert.deepEqual(images('FROM a\nARG B=1\nFROM x$B'), ['a', 'x']);
  });

  it('skips here-documents', () => {
    const text =
      'FROM a\nRUN <<EOF python3\nfrom os import path\nFROM b\nEOF\nRUN cat <<-"X" <<Y\nFROM c\nX\nFROM d\nY\nFROM e';
    assert.deepEqual(images(text), ['a', 'e']);
  });

  it('follows the escape directive', () => {
    assert.deepEqual(images('# escape=`\nFROM a\nRUN x `\nFROM b\nFROM c\\'), ['a', 'c\\']);
  });
});

describe('docker_build: the context', () => {
  const files = (more: Record<string, Source> = {}): Record<string, Source> => ({
    Dockerfile: 'FROM x',
    'a/b': 'B',
    'a/run': { content: '#!', mode: 0o755 },
    l: { link: 'a/b' },
    ...more,
  });

  function withContext<T>(
    sources: Record<string, Source>,
    use: (entries: readonly LocalEntry[], ground: Ground) => T,
  ): T {
    const ground = makeGround(shells()[0]!, {
      files: Object.fromEntries(Object.entries(sources).map(([path, source]) => [`c/${path}`, source])),
    });
    try {
      const entries = ground.local.tree('c');
      if (isRefusal(entries)) assert.fail(entries.refusal);
      return use(entries, ground);
    } finally {
      ground.remove();
    }
  }

  function hash(sources: Record<string, Source>): string {
    return withContext(sources, (entries) => {
      const context = localContext(entries, 'Dockerfile', 'c');
      return isRefusal(context) ? context.refusal : contextHash(context);
    });
  }

  it('has the same hash for the same content, whatever the time and the umask', () => {
    assert.equal(
      hash(files()),
      hash(files({ 'a/b': { content: 'B', mode: 0o664 }, 'a/run': { content: '#!', mode: 0o775 } })),
    );
  });

  it('has another hash for another content, right, link, name or directory', () => {
    const others: Record<string, Source>[] = [
      { 'a/b': 'C' },
      { 'a/b': { content: 'B', mode: 0o755 } },
      { l: { link: 'a/run' } },
      { new: '' },
      { empty: null },
      { Dockerfile: 'FROM y' },
    ];
    const hashes = [files(), ...others.map(files)].map(hash);
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it('leaves out what .dockerignore names, but never the Dockerfile', () => {
    const ignore = { '.dockerignore': '**\n!a/b\n' };
    const paths = withContext(files(ignore), (entries) => {
      const context = localContext(entries, 'Dockerfile', 'c');
      return isRefusal(context) ? [] : context.entries.map((entry) => entry.path);
    });
    assert.deepEqual(paths, ['.dockerignore', 'Dockerfile', 'a', 'a/b']);
    assert.equal(hash(files(ignore)), hash(files({ ...ignore, 'a/run': 'another' })));
  });

  it('reads .dockerignore as docker does', () => {
    const ignored = ignoring('*.md\n!README.md\n**/*.pyc\ntmp/\n# no\n/abs\n');
    const of = (...paths: string[]) => paths.filter(ignored);
    assert.deepEqual(of('a.md', 'README.md', 'x/a.md', 'x/y.pyc', 'tmp/z', 'x/tmp', 'abs', '# no', 'A.MD'), [
      'a.md',
      'x/y.pyc',
      'tmp/z',
      'abs',
    ]);
  });

  it('is the same tar each time, with rights, links and owner root', async () => {
    const ground = makeGround(shells()[0]!);
    lay(ground.at('c'), files({ [`${'long/'.repeat(40)}ünï`]: 'deep' }));
    const tar = async () => {
      const context = localContext(entriesOf(ground), 'Dockerfile', 'c');
      if (isRefusal(context)) return assert.fail(context.refusal);
      const chunks: Uint8Array[] = [];
      for await (const chunk of tarOf(context)) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    };
    const first = await tar();
    execFileSync('touch', [ground.at('c/a/b')]);
    assert.ok(first.equals(await tar()));
    const listed = execFileSync('tar', ['-tv', '--numeric-owner'], { input: first, encoding: 'utf8' });
    assert.match(listed, /^-rwxr-xr-x 0\/0 +2 2000-.* a\/run$/m);
    assert.match(listed, /^lrwxrwxrwx 0\/0 .* l -> a\/b$/m);
    ground.remove();
  });

  for (const [what, size] of [
    ['grows', 900_000],
    ['shrinks', 10],
  ] as const) {
    it(`says of a file that ${what} between look and sending that it changed`, async () => {
      const ground = makeGround(shells()[0]!);
      lay(ground.at('c'), { Dockerfile: 'FROM scratch', 'in/big': 'x'.repeat(300_000) });
      const context = localContext(entriesOf(ground), 'Dockerfile', 'c');
      if (isRefusal(context)) return assert.fail(context.refusal);
      writeFileSync(ground.at('c/in/big'), 'x'.repeat(size));
      const tar = tarOf(context).resume();
      await assert.rejects(once(tar, 'end'), /^Error: in\/big changed while it was being sent$/);
      ground.remove();
    });
  }

  function entriesOf(ground: Ground): readonly LocalEntry[] {
    const at = makeGround(shells()[0]!, { files: { c: { link: ground.at('c') } } });
    const entries = at.local.tree('c');
    return isRefusal(entries) ? assert.fail(entries.refusal) : entries;
  }
});

describe('docker_build: what is refused at once', () => {
  const desired = (params: JsonObject, dockerfile = 'FROM a AS one\nFROM b AS two') => {
    const ground = makeGround(shells()[0]!, { files: { 'c/Dockerfile': dockerfile } });
    const result = desire(docker_build, { name: 'x', path: 'c', ...params }, ground);
    ground.remove();
    return isRefusal(result) ? `${result.refusal} · ${result.hint}` : 'fine';
  };

  it('a stage, a Dockerfile or a context that is not there', () => {
    assert.equal(desired({ target: 'three' }), 'the Dockerfile has no stage three · it has one, two');
    assert.equal(desired({ target: 'ONE' }), 'fine');
    assert.match(desired({ dockerfile: 'Other' }), /^there is no Other in c · /);
    assert.match(desired({ path: 'nowhere' }), /^nowhere was not found/);
  });

  it('a secret as build argument', () => {
    assert.match(
      desired({ args: { DB_PASSWORD: 'x' } }),
      /^args\.DB_PASSWORD: a build argument stays readable/,
    );
    assert.equal(desired({ args: { DB_PASSWORD: '', TOKENS: 'a' } }), 'fine');
  });
});

describe('docker_build @host', function () {
  this.timeout(120_000);
  before(() => makeBase());
  after(cleanUp);

  const image = `${PREFIX}-built`;
  const context = {
    'c/Dockerfile':
      'ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nARG WHO=nobody\nCOPY . /app/\nRUN echo "$WHO" >/app/who\n',
    'c/.dockerignore': 'ignored\n',
    'c/ignored': 'x',
    'c/sub/a b': "it's A",
    'c/ln': { link: 'sub/a b' },
    'c/run': { content: '#!/bin/sh\necho ran\n', mode: 0o755 },
  };
  const params: JsonObject = { name: image, path: 'c', args: { BASE_IMAGE: BASE } };

  async function done(given: JsonObject, ground: Ground): Promise<Converged> {
    const result = await converge(docker_build, given, ground);
    return result.kind === 'converged' ? result : assert.fail(`${result.by}: ${result.refusal}`);
  }

  async function refused(given: JsonObject, ground: Ground): Promise<Refused> {
    const result = await converge(docker_build, given, ground);
    return result.kind === 'refused' ? result : assert.fail('not refused');
  }

  inEachShell(
    'builds once',
    async (ground) => {
      const first = await done({ ...params, name: `${image}-${ground.shell.name.slice(0, 4)}` }, ground);
      assert.ok(first.delta?.['image']);
      assert.equal(first.result['id'], inspect(String(first.result['image'])).Id);
      assert.equal(
        (await done({ ...params, name: `${image}-${ground.shell.name.slice(0, 4)}` }, ground)).delta,
        null,
      );
      const said = docker(
        'run',
        '--rm',
        String(first.result['image']),
        'sh',
        '-c',
        'cat /app/ln /app/who; /app/run; ls -a /app',
      );
      assert.equal(said, "it's Anobody\nran\n.\n..\n.dockerignore\nDockerfile\nln\nrun\nsub\nwho");
    },
    { files: context },
    withDocker(),
  );

  it('builds again for another context, argument, label or base image, and says which', async () => {
    const at = (files: Record<string, Source> = {}) =>
      makeGround(shells()[0]!, { files: { ...context, ...files } }, withDocker());
    const fields = async (given: JsonObject, ground = at()) => {
      const { delta } = await done(given, ground);
      ground.remove();
      return delta && Object.keys(delta);
    };
    await fields(params);
    assert.equal(await fields(params), null);
    assert.deepEqual(await fields(params, at({ 'c/sub/a b': 'another' })), ['context']);
    assert.equal(await fields(params, at({ 'c/sub/a b': 'another', 'c/ignored': 'y' })), null);
    assert.deepEqual(await fields({ ...params, args: { BASE_IMAGE: BASE, WHO: "me $x 'q'" } }), ['context']);
    assert.equal(docker('run', '--rm', image, 'cat', '/app/who'), "me $x 'q'");
    assert.deepEqual(await fields({ ...params, labels: { a: 1 } }), ['context']);
    makeBase(BASE, ['LABEL newer=yes']);
    assert.deepEqual(await fields({ ...params, labels: { a: 1 } }), [`base.${BASE}`]);
    assert.equal(inspect(image).Config.Labels.newer, 'yes');
    assert.equal(await fields({ ...params, labels: { a: 1 } }), null);
  });

  it('knows in a dry run what an earlier task would build', () => {
    const ground = makeGround(shells()[0]!, { files: context }, withDocker());
    const desired = desire(docker_build, { ...params, labels: { a: 1 } }, ground);
    const current = look(docker_build, desired, ground);
    const world = worldOf({ [`image:${BASE}`]: { rebuilt: true } });
    const delta = docker_build.decide(current, desired, world) as Record<string, { to: Json }>;
    assert.equal(delta[`base.${BASE}`]?.to, 'rebuilt');
    assert.deepEqual(docker_build.predict?.(delta as never, desired, current, world), {
      [`image:${image}:latest`]: { rebuilt: true },
    });
    ground.remove();
  });

  it('fails for a context that grows while it is sent, and the run goes on', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mama-grows-'));
    writeFiles(dir, {
      'hosts.yaml': 'all:\n  vars: {ansible_connection: local}\n  hosts: {h: }\n',
      'play.yaml': `- hosts: all
  tasks:
    - docker_build: {name: ${image}-grows, path: c}
      ignore_errors: true
    - debug: {msg: on}\n`,
      'c/Dockerfile': `FROM ${BASE}\nCOPY log /\n`,
      'c/log': 'a line\n',
    });
    const growing = (connect: Connect) => async (target: Target) => {
      const talk = await connect(target);
      if (isTrouble(talk)) return talk;
      return new Proxy(talk, {
        get(of, name) {
          if (name === 'stream') appendFileSync(join(dir, 'c/log'), 'another\n');
          const value: unknown = Reflect.get(of, name);
          return typeof value === 'function' ? value.bind(of) : value;
        },
      });
    };
    const { tasks } = await runHere(dir, ['play.yaml', '-i', 'hosts.yaml'], null, growing);
    rmSync(dir, { recursive: true });
    assert.deepEqual(
      tasks.map(({ status, msg }) => [status, msg]),
      [
        ['ignored', 'what was to be sent to h could not be read: log changed while it was being sent'],
        ['ok', 'on'],
      ],
    );
  });

  it('says which step failed, and which base image is lacking', async () => {
    const ground = makeGround(
      shells()[0]!,
      {
        files: {
          'bad/Dockerfile': `FROM ${BASE}\nRUN echo working; echo broken >&2; exit 7\n`,
          'none/Dockerfile': `FROM ${PREFIX}/nowhere:1\n`,
        },
      },
      withDocker(),
    );
    const { refusal } = await refused({ name: `${image}-bad`, path: 'bad' }, ground);
    assert.match(
      refusal,
      /^image .*-bad:latest was not built: step 2\/4, RUN echo working; echo broken >&2; exit 7; the last lines:\n/,
    );
    assert.match(refusal, /broken[\s\S]*non-zero code: 7$/);
    const left = docker('ps', '-a', '--no-trunc', '--format', '{{.Command}}').split('\n');
    assert.deepEqual(
      left.filter((command) => command.includes('echo working')),
      [],
      'the failed step left its container',
    );
    const lacking = await refused({ name: `${image}-bad`, path: 'none' }, ground);
    assert.match(
      lacking.refusal,
      /^the base image .*\/nowhere:1 of .* is not on this host and can't be pulled: /,
    );
    ground.remove();
  });

  inEachShell(
    'builds from a directory of the host',
    async (ground) => {
      const given = {
        name: `${image}-remote`,
        remote_path: ground.at('src'),
        dockerfile: 'build/Dockerfile',
      };
      assert.match((await refused(given, ground)).refusal, /remote_path .* does not exist on the host/);
      ground.lay({ 'src/x': '' });
      assert.match(
        (await refused(given, ground)).refusal,
        /there is no build\/Dockerfile in .*src on the host/,
      );
      ground.lay({
        'src/build/Dockerfile': `FROM ${BASE}\nCOPY . /app\n`,
        'src/.dockerignore': '*.log\n',
        'src/.git/HEAD': '1',
        'src/a b': ground.shell.name,
        'src/l': { link: 'a b' },
      });
      const fields = async () => Object.keys((await done(given, ground)).delta ?? {});
      assert.equal((await fields()).length, 1);
      ground.lay({ 'src/.git/HEAD': '2', 'src/x.log': 'y' });
      assert.deepEqual(await fields(), []);
      ground.lay({ 'src/a b': `${ground.shell.name} again` });
      assert.deepEqual(await fields(), ['context']);
      ground.run({ kind: 'script', text: `chmod +x '${ground.at('src/a b')}'` });
      assert.deepEqual(await fields(), ['context']);
      assert.equal(docker('run', '--rm', `${image}-remote`, 'cat', '/app/l'), `${ground.shell.name} again`);
    },
    {},
    withDocker(),
  );
});
