import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import dockerRun from '../../src/runner/tasks/docker_run.ts';
import { type Delivery, deliver } from '../../src/runner/tasks/lib/docker/env.ts';
import { type Container, instant } from '../../src/runner/tasks/lib/docker/inspect.ts';
import { imageName } from '../../src/runner/tasks/lib/docker/reference.ts';
import { decide } from '../../src/runner/tasks/lib/docker/run/decide.ts';
import { parseExposed, parsePorts } from '../../src/runner/tasks/lib/docker/run/ports.ts';
import type { Current, Desired } from '../../src/runner/tasks/lib/docker/run/state.ts';
import { parseMounts } from '../../src/runner/tasks/lib/docker/run/storage.ts';
import { wrapperFiles, writeWrapper } from '../../src/runner/tasks/lib/docker/run/wrapper.ts';
import { bytes, nanoseconds, signal } from '../../src/runner/tasks/lib/docker/units.ts';
import { fakeDocker } from './docker/spy.ts';
import {
  declarationLaws,
  desire,
  type Ground,
  inEachShell,
  makeGround,
  NASTY,
  REAL,
  shells,
  validateParams,
} from './harness.ts';

declarationLaws(dockerRun);

/** What `desire` says to these parameters. */
function said(params: JsonObject): string {
  const ground = makeGround(shells()[0]!);
  const desired = desire(dockerRun, { name: 'it', image: 'x', ...params }, ground);
  ground.remove();
  return isRefusal(desired) ? [desired.refusal, desired.hint].filter(Boolean).join(' · ') : 'fine';
}

describe('docker_run: units and names', () => {
  it('reads sizes, durations and signals as docker does', () => {
    assert.deepEqual(
      ['512', '512b', '1k', '64m', '64MiB', '1.5g', '2 GB', 7].map(bytes),
      [512, 512, 1024, 67108864, 67108864, 1610612736, 2147483648, 7],
    );
    assert.ok(Number.isNaN(bytes('64x')));
    assert.deepEqual(
      ['30s', '1m30s', '500ms', '1.5h', 5, '10'].map(nanoseconds),
      [3e10, 9e10, 5e8, 5.4e12, 5e9, 1e10],
    );
    assert.ok(Number.isNaN(nanoseconds('5 minutes')));
    assert.deepEqual(['SIGTERM', 'int', 9].map(signal), ['TERM', 'INT', '9']);
  });

  it('knows images by one name each', () => {
    const names = [
      'redis',
      'redis:7',
      'docker.io/library/redis',
      'localhost:5000/a/b',
      'localhost:5000/a/b:1',
      `x@sha256:${'a'.repeat(64)}`,
    ];
    assert.deepEqual(names.map(imageName), [
      'redis:latest',
      'redis:7',
      'redis:latest',
      'localhost:5000/a/b:latest',
      'localhost:5000/a/b:1',
      `x@sha256:${'a'.repeat(64)}`,
    ]);
  });

  it('compares times finer than a millisecond', () => {
    assert.ok(instant('2026-11-23T08:39:05.532416631Z') > instant('2026-11-23T08:39:05.53241663Z'));
    assert.ok(instant('2026-11-23T08:39:05Z') < instant('2026-11-23T08:39:05.1Z'));
    assert.ok(instant('0001-01-01T00:00:00Z') < instant('2026-11-23T08:39:05Z'));
  });
});

describe('docker_run: ports and mounts', () => {
  it('reads ports', () => {
    const cases: [(string | number)[], unknown][] = [
      [[80], { '80/tcp': [''] }],
      [['8080:80'], { '80/tcp': ['8080'] }],
      [['127.0.0.1::80'], { '80/tcp': ['127.0.0.1:'] }],
      [['127.0.0.1:53:53/UDP', '53:53/udp'], { '53/udp': ['127.0.0.1:53', '53'] }],
      [['[::1]:80:80'], { '80/tcp': ['::1:80'] }],
      [['8000-8001:80-81'], { '80/tcp': ['8000'], '81/tcp': ['8001'] }],
      [['8000-8009:80'], { '80/tcp': ['8000-8009'] }],
    ];
    for (const [given, expected] of cases) assert.deepEqual(parsePorts(given), expected, String(given));
    for (const bad of ['x', '80:', '0', '70000', '5-3', '1-2:1-3', 'host:80:80', '80/icmp']) {
      assert.ok(isRefusal(parsePorts([bad])), bad);
    }
    assert.deepEqual(parseExposed([7000, '8000-8001/udp']), ['7000/tcp', '8000/udp', '8001/udp']);
  });

  it('reads mounts', () => {
    const of = (volumes: string[]) => parseMounts({ volumes } as never);
    assert.deepEqual(of(['/srv/./x//y/:/data/:ro,rslave']), [
      { type: 'bind', source: '/srv/x/y', target: '/data', readOnly: true, propagation: 'rslave' },
    ]);
    assert.deepEqual(of(['data:/data:nocopy']), [
      { type: 'volume', source: 'data', target: '/data', readOnly: false, noCopy: true },
    ]);
    assert.deepEqual(of(['/data']), [{ type: 'volume', source: '', target: '/data', readOnly: false }]);
    for (const bad of ['./x:/y', 'a b:/y', 'x:y', '/a:/b:rx', '/a:/b:ro:z'])
      assert.ok(isRefusal(of([bad])), bad);
    assert.ok(isRefusal(of(['a1:/x', 'b1:/x/'])), 'one target twice');
  });
});

describe('docker_run: variables', () => {
  const given = (env: Record<string, string>) => deliver(env) as Delivery;

  it('go by file, those of several lines by the environment of the client', () => {
    const { lines, exported } = given({
      A: ' x #"$y" ',
      'a.b': '1',
      TWO: 'a\nb',
      CR: 'a\r',
      LONG: 'x'.repeat(70_000),
    });
    assert.deepEqual(lines, ['A= x #"$y" ', 'a.b=1']);
    assert.deepEqual(
      exported.map(([name]) => name),
      ['TWO', 'CR', 'LONG'],
    );
  });

  it('are refused where they could not arrive, or would steer the client', () => {
    for (const env of [
      { PATH: 'a\nb' },
      { DOCKER_HOST: 'a\nb' },
      { 'a.b': 'x\ny' },
      { 'a b': '' },
      { '': 'x' },
      { '#a': '' },
      { A: '\0' },
    ]) {
      assert.ok(isRefusal(deliver(env as never)), JSON.stringify(env));
    }
  });

  it('are no booleans and no fractions, which YAML would reword', () => {
    const faults = (env: JsonObject) =>
      validateParams(dockerRun, { name: 'it', image: 'x', env }).faults.length;
    assert.deepEqual([{ A: true }, { A: 1.1 }, { A: null }, { A: 'True', B: 1 }].map(faults), [1, 1, 1, 0]);
  });
});

describe('docker_run: what is refused at once', () => {
  const cases: [JsonObject, RegExp][] = [
    [{ image: undefined as never }, /^image is needed unless state is absent$/],
    [
      { command: "sh -c 'x" },
      /^the command has a quote that is not closed: sh -c 'x · write it as a list of words$/,
    ],
    [{ ports: ['a:b'] }, /^"a:b" is no port as docker writes it · like/],
    [{ volumes: ['conf/x:/x'] }, /^"conf\/x" is no name of a volume · a path of the host must be absolute$/],
    [{ network: 'container:x', ports: [80] }, /^ports can't be combined with network: container:x · /],
    [
      { network: 'host', network_aliases: ['a'] },
      /^network_aliases and ip need a network of their own, not host/,
    ],
    [{ env_file: 'x.env' }, /^env_file "x\.env" is not an absolute path · it is a path on the host$/],
    [
      { managed_by: 'supervisord', restart: 'always' },
      /^restart: always can't be combined with managed_by: supervisord/,
    ],
    [
      { managed_by: 'supervisord', tty: true, stdin_open: true },
      /^tty and stdin_open together need a terminal/,
    ],
    [{ program: 'x' }, /^program means something only with managed_by: supervisord$/],
  ];
  for (const [params, pattern] of cases) {
    it(JSON.stringify(params), () => assert.match(said(params), pattern));
  }

  it('knows the names that Ansible uses', () => {
    const params = {
      name: 'it',
      image: 'y',
      published_ports: ['80:80'],
      exposed_ports: [81],
      restart_policy: 'always',
      network_mode: 'host',
      working_dir: '/x',
      capabilities: ['NET_ADMIN'],
      healthcheck: { cmd: 'true' },
      etc_hosts: { a: '1.2.3.4' },
      dns_servers: ['1.1.1.1'],
      interactive: true,
    };
    assert.deepEqual(validateParams(dockerRun, params).faults, []);
  });

  it('keeps to the words it knows', () => {
    const faults = (params: JsonObject) =>
      validateParams(dockerRun, { name: 'it', image: 'x', ...params }).faults.length;
    for (const bad of [
      { restart: 'sometimes' },
      { memory: '5 apples' },
      { health: { test: 'x' } },
      { state: 'running' },
      { name: 'a b' },
    ]) {
      assert.ok(faults(bad) > 0, JSON.stringify(bad));
    }
  });
});

describe('docker_run: deciding', () => {
  const container: Container = {
    Id: 'c'.repeat(64),
    Name: '/it',
    Image: 'sha256:1111111111111111',
    State: { Status: 'running', Running: true, StartedAt: '2026-01-01T00:00:00Z' },
    Config: { Image: 'x:latest', Hostname: 'c'.repeat(12), Env: ['A=1'], Labels: {} },
    HostConfig: {
      NetworkMode: 'bridge',
      AutoRemove: false,
      RestartPolicy: { Name: '', MaximumRetryCount: 0 },
      LogConfig: { Type: 'local' },
    },
    Mounts: [],
    NetworkSettings: { Networks: { bridge: {} } },
  };
  const current: Current = {
    container,
    image: { Id: 'sha256:1111111111111111', Config: { Env: ['A=1'] } },
    others: [],
    owner: null,
    networks: new Map(),
    contents: new Map(),
    fileVariables: new Set(),
    missingBinds: [],
    wrapped: null,
  };

  function desired(params: JsonObject): Desired {
    const ground = makeGround(shells()[0]!);
    const result = desire(dockerRun, { name: 'it', image: 'x', ...params }, ground);
    ground.remove();
    return isRefusal(result) ? assert.fail(result.refusal) : result;
  }

  it('adopts a container that nobody has labelled, of an engine with other defaults', () => {
    assert.equal(decide(current, desired({}), REAL), null);
  });

  it('hides values of variables that look secret, old ones too', () => {
    const before = {
      ...container,
      Config: { ...container.Config, Env: ['DB_PASSWORD=old', 'PLAIN=p', 'A=1'] },
    };
    assert.deepEqual(
      decide({ ...current, container: before }, desired({ env: { DB_PASSWORD: 'new' } }), REAL),
      {
        'env.DB_PASSWORD': { from: '(not shown)', to: '(another value, not shown)' },
        'env.PLAIN': { from: 'p', to: null },
      },
    );
  });

  it('starts again what has a dead network, and only if it runs', () => {
    const owner = {
      ...container,
      Id: 'f'.repeat(64),
      Name: '/lender',
      State: { ...container.State, StartedAt: '2026-01-02T00:00:00Z' },
    };
    const sharer = {
      ...container,
      HostConfig: { ...container.HostConfig, NetworkMode: `container:${owner.Id}` },
    };
    const shares = desired({ network: 'container:lender' });
    assert.deepEqual(
      Object.keys((decide({ ...current, container: sharer, owner }, shares, REAL) ?? {}) as object),
      ['network_namespace'],
    );
  });
});

describe('docker_run: the script for supervisord', () => {
  function files(params: JsonObject, ground: Ground) {
    const desired = desire(
      dockerRun,
      { name: 'it', image: 'x', managed_by: 'supervisord', wrapper: ground.at('w'), ...params },
      ground,
    );
    if (isRefusal(desired)) return assert.fail(desired.refusal);
    return { desired, files: wrapperFiles(desired, { contents: new Map() }) };
  }

  inEachShell('hands every word to docker as it is (a fake docker prints them)', (ground) => {
    const running = fakeDocker(join(ground.dir, 'fake'));
    for (const nasty of NASTY) {
      const { desired, files: both } = files(
        { command: ['c', nasty], labels: { l: nasty }, env: { MULTI: `${nasty}\n.`, ONE: 'x y' } },
        ground,
      );
      assert.equal(ground.run(writeWrapper(desired.supervised!, both)).code, 0);
      assert.equal(statSync(ground.at('w')).mode & 0o7777, 0o700);
      assert.equal(readFileSync(ground.at('w.env'), 'utf8'), 'ONE=x y\n');
      // The script sets a PATH of its own, so the fake is put into the text in its stead.
      const text = readFileSync(ground.at('w'), 'utf8').replace(/^PATH=.*$/m, '');
      const out = Buffer.from(ground.run({ kind: 'script', text }, running).out).toString('utf8');
      assert.ok(out.includes(`[c]\n[${nasty}]\n`), `${JSON.stringify(nasty)}: ${out}`);
      assert.ok(out.includes(`[l=${nasty}]\n`));
      assert.ok(out.includes(`exported: ${nasty}\n.\n`));
      assert.ok(out.includes(`[--env-file]\n[${ground.at('w.env')}]\n[-e]\n[MULTI]\n`));
    }
  });

  it('is the same for the same declaration, and holds no value of a variable that fits into the file', () => {
    const ground = makeGround(shells()[0]!);
    const once = files({ env: { SECRET: 's3cr3t' } }, ground).files;
    assert.deepEqual(files({ env: { SECRET: 's3cr3t' } }, ground).files, once);
    assert.doesNotMatch(once.script, /s3cr3t/);
    assert.match(once.script, /\nexec docker run --rm --name it /);
    ground.remove();
  });
});
