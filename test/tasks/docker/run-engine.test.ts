import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delta } from '../../../src/runner/contract/delta.ts';
import type { Json, JsonObject } from '../../../src/runner/contract/json.ts';
import { isRefusal, isUnknown } from '../../../src/runner/contract/task-type.ts';
import dockerRun from '../../../src/runner/tasks/docker_run.ts';
import { kindOf } from '../../../src/runner/tasks/lib/docker/run/decide.ts';
import {
  type Converged,
  converge,
  desire,
  type Ground,
  look,
  NASTY,
  REAL,
  type Refused,
  shells,
  worldOf,
} from '../harness.ts';
import {
  BASE,
  cleanUp,
  docker,
  dockerGround,
  exists,
  inspect,
  makeBase,
  PREFIX,
  tryDocker,
} from './engine.ts';
import { spied } from './spy.ts';

/** Containers that end at once when they are asked to. */
const QUICK = { image: BASE, init: true, wait: 'none' };

const name = (suffix: string) => `${PREFIX}-${suffix}`;

async function done(params: JsonObject, ground: Ground): Promise<Converged> {
  const result = await converge(dockerRun, params, ground);
  if (result.kind === 'refused') assert.fail(`${result.by}: ${result.refusal}`);
  return result;
}

async function refused(params: JsonObject, ground: Ground, world = REAL): Promise<Refused> {
  const result = await converge(dockerRun, params, ground, world);
  if (result.kind !== 'refused') assert.fail(`not refused: ${JSON.stringify(result.delta)}`);
  return result;
}

interface Decided {
  readonly fields: string[];
  readonly kind: string;
  readonly delta: Delta;
  readonly refusal?: string;
}

/** What would be done, in a world with these predictions. */
function decided(params: JsonObject, ground: Ground, predictions: JsonObject = {}): Decided {
  const desired = desire(dockerRun, params, ground);
  if (isRefusal(desired)) assert.fail(desired.refusal);
  const current = look(dockerRun, desired, ground);
  const delta = dockerRun.decide(current, desired, worldOf(predictions));
  if (delta === null) return { fields: [], kind: 'nothing', delta: {} };
  if (isRefusal(delta)) return { fields: [], kind: 'refused', delta: {}, refusal: delta.refusal };
  if (isUnknown(delta)) return { fields: [], kind: 'unknown', delta: {} };
  return { fields: Object.keys(delta), kind: kindOf(delta, current, desired), delta };
}

describe('docker_run by the engine @host', function () {
  this.timeout(120_000);
  let ground: Ground;
  before(() => makeBase());
  beforeEach(() => {
    ground = dockerGround();
  });
  afterEach(() => ground.remove());
  after(cleanUp);

  for (const shell of shells()) {
    it(`makes, leaves alone and removes a container (${shell.name})`, async () => {
      const at = dockerGround(shell);
      const params = {
        ...QUICK,
        wait: 'running',
        name: name('life'),
        env: { A: 'one', B: "it's\n$two" },
        volumes: [`${at.dir}:/mnt:ro`],
        watch: [at.dir],
      };
      const made = await done(params, at);
      assert.equal(made.delta?.['state']?.to, 'started');
      assert.equal(made.result['id'], inspect(name('life')).Id);
      assert.equal((await done(params, at)).delta, null);
      at.lay({ 'conf/x': 'changed', l: { link: 'conf/x' } });
      assert.deepEqual(decided(params, at).fields, [`watch.${at.dir}`]);
      await done(params, at);
      assert.equal((await done(params, at)).delta, null);
      const removed = await done({ name: name('life'), state: 'absent' }, at);
      assert.deepEqual(removed.delta, { state: { from: 'running', to: 'absent' } });
      assert.ok(!exists(name('life')));
      assert.equal((await done({ name: name('life'), state: 'absent' }, at)).delta, null);
      at.remove();
    });
  }

  it('gives each value exactly, and none to an argument list or a label', async () => {
    const spy = spied(join(ground.dir, 'spy'));
    const values = Object.fromEntries(NASTY.map((text, i) => [`V${i}`, text]));
    const env = {
      ...values,
      SECRET: 's3cr3t-$x "y"',
      CERT: 'two\nlines s3cr3t',
      UNI: 'ünï→',
      'dotted.name': ' s3cr3t',
      EMPTY: '',
    };
    const params = { ...QUICK, name: name('env'), env };
    ground = { ...ground, run: (script, more) => ground_.run(script, { ...spy.running, ...more }) };
    const ground_ = dockerGround();
    await done(params, ground);
    for (const [key, value] of Object.entries(env)) {
      if (key.includes('.')) continue;
      assert.equal(docker('exec', name('env'), 'sh', '-c', `printf '%s|' "$${key}"`), `${value}|`, key);
    }
    assert.ok(inspect(name('env')).Config.Env.includes('dotted.name= s3cr3t'));
    assert.match(spy.said(), /--env-file/);
    assert.doesNotMatch(spy.said(), /s3cr3t/);
    assert.doesNotMatch(JSON.stringify(inspect(name('env')).Config.Labels), /s3cr3t/);
    const rotated = decided({ ...params, env: { ...env, SECRET: 'other' } }, ground);
    assert.deepEqual(rotated.fields, ['env.SECRET']);
    assert.doesNotMatch(JSON.stringify(rotated.delta), /s3cr3t|other"/);
    assert.equal((await done(params, ground)).delta, null);
    tryDocker('rm', '-f', name('env'));
  });

  describe('tells exactly what differs', () => {
    // What docker shows is settled when a container is made; the last test starts one with all of it.
    const bare: JsonObject = { ...QUICK, name: name('fields'), state: 'present' };
    const changes: [JsonObject, string[]][] = [
      [{ command: 'sleep 77' }, ['command']],
      [{ command: ['sh', '-c', 'exec sleep 77'] }, ['command']],
      [{ entrypoint: ['sleep'], command: [500] }, ['entrypoint', 'command']],
      [{ env: { FOO: 'bar', BASE: 'yes' } }, ['env.FOO']],
      [{ env: { BASE: 'no' } }, ['env.BASE']],
      [{ labels: { a: 'b', n: 1 } }, ['labels.a', 'labels.n']],
      [
        { health: { cmd: 'true', interval: '1m30s', retries: 2 } },
        ['health.cmd', 'health.interval', 'health.retries'],
      ],
      [
        { ports: ['127.0.0.1:38080-38081:80-81', '38053:53/udp'] },
        ['ports.53/udp', 'ports.80/tcp', 'ports.81/tcp'],
      ],
      [{ ports: [9] }, ['ports.9/tcp']],
      [{ publish_all: true }, ['publish_all']],
      [{ expose: ['7000-7001', '8/udp'] }, ['expose']],
      [{ volumes: ['/etc/hostname:/hn:ro', '/anon'] }, ['mounts./anon', 'mounts./hn']],
      [{ volumes: [`${PREFIX}-v:/data/:nocopy`] }, ['mounts./data']],
      [{ mounts: [{ type: 'tmpfs', target: '/t', tmpfs_size: '1m', tmpfs_mode: '0755' }] }, ['mounts./t']],
      [{ tmpfs: ['/tmp:size=64m'] }, ['tmpfs./tmp']],
      [{ hostname: 'h1' }, ['hostname']],
      [{ domainname: 'x.y' }, ['domainname']],
      [{ user: 1000 }, ['user']],
      [{ workdir: '/tmp/' }, ['workdir']],
      [{ memory: '64m', memory_reservation: '32MiB' }, ['memory', 'memory_reservation']],
      [{ cpus: 0.5 }, ['cpus']],
      [{ cpu_shares: 512, cpuset_cpus: '0' }, ['cpu_shares', 'cpuset_cpus']],
      [{ pids_limit: 50 }, ['pids_limit']],
      [{ shm_size: '32m' }, ['shm_size']],
      [{ ulimits: ['nofile=100:200'] }, ['ulimits.nofile']],
      [{ oom_score_adj: 5 }, ['oom_score_adj']],
      [{ cap_add: ['net_admin'], cap_drop: ['CAP_CHOWN'] }, ['cap_add', 'cap_drop']],
      [{ privileged: true }, ['privileged']],
      [{ security_opt: ['no-new-privileges:true'] }, ['security_opt']],
      [{ devices: ['/dev/null:/dev/x:r', '/dev/zero:rw'] }, ['devices']],
      [{ sysctls: { 'net.core.somaxconn': 100 } }, ['sysctls.net.core.somaxconn']],
      [{ pid: 'host' }, ['pid']],
      [{ ipc: 'shareable' }, ['ipc']],
      [{ userns: 'host' }, ['userns']],
      [{ read_only: true }, ['read_only']],
      [{ init: false }, ['init']],
      [{ tty: true, stdin_open: true }, ['tty', 'stdin_open']],
      [
        { dns: ['1.1.1.1'], dns_search: ['a.b'], dns_options: ['ndots:1'] },
        ['dns', 'dns_search', 'dns_options'],
      ],
      [{ extra_hosts: { a: '1.2.3.4' } }, ['extra_hosts']],
      [{ group_add: [5] }, ['group_add']],
      [{ log_options: { 'max-size': '1m' } }, ['log_options.max-size']],
      [{ log_driver: 'none' }, ['log_driver']],
      [{ stop_signal: 'SIGINT', stop_timeout: 3 }, ['stop_signal', 'stop_timeout']],
      [{ restart: 'on-failure:3' }, ['restart']],
      [{ network: 'none' }, ['network']],
    ];

    before(async () => {
      const at = dockerGround();
      await done(bare, at);
      at.remove();
    });
    after(() => tryDocker('rm', '-fv', name('fields'), name('fields2')));

    it('all at once, and it runs', async () => {
      // Not every machine may start a privileged container, and some of these exclude each other.
      const apart = ['privileged', 'network', 'init', 'ipc', 'publish_all', 'log_driver', 'entrypoint'];
      const compatible = changes
        .map(([more]) => more)
        .filter((more) => !apart.some((param) => param in more));
      const lists = (param: string) =>
        compatible.flatMap((more) => (more[param] as Json[] | undefined) ?? []);
      const joined = { ports: lists('ports'), volumes: lists('volumes') };
      const params = { ...Object.assign({}, ...compatible), ...joined, ...QUICK, name: name('fields2') };
      await done(params, ground);
      assert.equal(inspect(name('fields2')).State.Running, true);
      assert.equal((await done(params, ground)).delta, null);
      tryDocker('rm', '-fv', name('fields2'));
    });

    for (const [more, fields] of changes) {
      it(JSON.stringify(more), async () => {
        assert.deepEqual(decided({ ...bare, ...more }, ground).fields.sort(), [...fields].sort());
        const other = { ...bare, ...more, name: name('fields2') };
        await done(other, ground);
        assert.equal((await done(other, ground)).delta, null, 'it is not as it was declared');
        const undone = decided({ ...bare, name: name('fields2') }, ground).fields;
        const unseen = ['shm_size', 'ulimits.nofile', 'ipc', 'log_options.max-size', 'log_driver'];
        const expected = fields.every((field) => unseen.includes(field)) ? ['declaration'] : fields;
        assert.deepEqual(undone.sort(), [...expected].sort(), 'taking it back');
        tryDocker('rm', '-fv', name('fields2'));
      });
    }
  });

  it('changes limits and the restart policy in place', async () => {
    const params = { ...QUICK, name: name('place'), memory: '64m', cpus: 0.5 };
    const { result } = await done(params, ground);
    const changed = await done({ ...params, memory: '32m', cpus: 1, restart: 'always' }, ground);
    assert.deepEqual(Object.keys(changed.delta ?? {}).sort(), ['cpus', 'memory', 'restart']);
    assert.equal(changed.result['action'], 'change');
    assert.equal(changed.result['id'], result['id']);
    assert.equal(inspect(name('place')).HostConfig.Memory, 32 * 1024 * 1024);
    assert.equal(decided(params, ground).kind, 'change');
    assert.equal(decided({ ...QUICK, name: name('place'), cpus: 0.5 }, ground).kind, 'recreate');
    tryDocker('rm', '-f', name('place'));
  });

  it('is recreated when its image was rebuilt, and only for that', async () => {
    const image = name('img:2');
    makeBase(image);
    const params = { ...QUICK, image, name: name('rebuilt') };
    await done(params, ground);
    const before = inspect(name('rebuilt'));
    makeBase(image, ['LABEL a=b']);
    const { delta, result } = await done(params, ground);
    assert.deepEqual(delta, {
      image: { from: before.Image.slice(7, 19), to: inspect(image).Id.slice(7, 19) },
      'labels.a': { from: null, to: 'b' },
    });
    assert.equal(result['action'], 'recreate');
    assert.equal(inspect(name('rebuilt')).Image, inspect(image).Id);
    assert.deepEqual(decided(params, ground, { [`image:${image}`]: { rebuilt: true } }).fields, ['image']);
    tryDocker('rm', '-f', name('rebuilt'));
  });

  it('follows the owner of a shared network: recreated with it, restarted after it', async () => {
    const owner = { ...QUICK, name: name('owner'), labels: { v: 1 } };
    const sharer = { ...QUICK, name: name('sharer'), network: `container:${name('owner')}` };
    assert.match((await refused(sharer, ground)).refusal, /whose network is to be shared, does not exist/);
    assert.equal(
      decided(sharer, ground, { [`container:${name('owner')}`]: { recreated: true } }).kind,
      'create',
    );
    await done(owner, ground);
    await done(sharer, ground);
    assert.equal((await done(sharer, ground)).delta, null);
    assert.deepEqual(
      decided(sharer, ground, { [`container:${name('owner')}`]: { recreated: true } }).fields,
      ['network'],
    );
    await done({ ...owner, labels: { v: 2 } }, ground);
    const followed = await done(sharer, ground);
    assert.deepEqual(Object.keys(followed.delta ?? {}), ['network']);
    assert.equal(followed.result['action'], 'recreate');
    docker('restart', name('owner'));
    const { fields, kind } = decided(sharer, ground);
    assert.deepEqual([fields, kind], [['network_namespace'], 'change']);
    const { result } = await done(sharer, ground);
    assert.equal(result['id'], followed.result['id']);
    assert.equal((await done(sharer, ground)).delta, null);
    tryDocker('rm', '-f', name('sharer'), name('owner'));
  });

  it('joins networks, and sees a network that was made anew', async () => {
    docker('network', 'create', name('n1'));
    docker('network', 'create', '--subnet', '10.251.77.0/24', name('n2'));
    const params = {
      ...QUICK,
      name: name('member'),
      network: name('n1'),
      network_aliases: ['redis', 'r2'],
      networks: [{ name: name('n2'), aliases: ['other'], ip: '10.251.77.9' }],
      hostname: 'fixed',
    };
    await done(params, ground);
    assert.equal((await done(params, ground)).delta, null);
    assert.equal(inspect(name('member')).NetworkSettings.Networks[name('n2')].IPAddress, '10.251.77.9');
    const fewer = decided({ ...params, network_aliases: ['redis'], networks: [] }, ground);
    assert.deepEqual(fewer.fields, [`networks.${name('n1')}.aliases`, `networks.${name('n2')}`]);
    docker('stop', '-t', '1', name('member'));
    docker('network', 'rm', name('n2'));
    assert.match(
      (await refused({ ...params, labels: { a: 1 } }, ground)).refusal,
      /network .*-n2 does not exist/,
    );
    docker('network', 'create', '--subnet', '10.251.77.0/24', name('n2'));
    assert.ok(decided(params, ground).fields.includes(`networks.${name('n2')}`));
    await done(params, ground);
    assert.equal((await done(params, ground)).delta, null);
    tryDocker('rm', '-f', name('member'));
    tryDocker('network', 'rm', name('n1'), name('n2'));
  });

  it('sees the content of env files, but never tells it', async () => {
    ground.lay({ 'a.env': '# c\nFROM_FILE=s3cr3t "x"\nBASE=file\n' });
    const params = { ...QUICK, name: name('envfile'), env_file: ground.at('a.env'), env: { OWN: '1' } };
    assert.match(
      (await refused({ ...params, env_file: ground.at('none') }, ground)).refusal,
      /env_file .* does not exist on the host/,
    );
    await done(params, ground);
    assert.equal(
      docker('exec', name('envfile'), 'sh', '-c', 'echo "$FROM_FILE$BASE$OWN"'),
      's3cr3t "x"file1',
    );
    assert.equal((await done(params, ground)).delta, null);
    ground.lay({ 'a.env': 'FROM_FILE=n3w\n' });
    const changed = await done(params, ground);
    assert.deepEqual(changed.delta?.[`env_file.${ground.at('a.env')}`], {
      from: 'other content',
      to: 'content of now',
    });
    assert.doesNotMatch(JSON.stringify(changed.delta), /s3cr3t|n3w/);
    assert.equal((await done(params, ground)).delta, null);
    assert.equal(
      decided(params, ground, { [`path:${ground.at('a.env')}`]: { kind: 'file' } }).kind,
      'unknown',
    );
    // Gone, and written again by an earlier task of a dry run.
    const foreseen = (text: string) => {
      const sha256 = createHash('sha256').update(text).digest('hex');
      return decided(params, ground, { [`path:${ground.at('a.env')}`]: { kind: 'file', sha256, text } });
    };
    ground.lay({ 'a.env': '' });
    assert.equal(foreseen('FROM_FILE=n3w\n').kind, 'nothing');
    assert.deepEqual(foreseen('FROM_FILE=n3wer\n').fields, [`env_file.${ground.at('a.env')}`]);
    tryDocker('rm', '-f', name('envfile'));
  });

  it('tells why a container ended, with its last lines', async () => {
    const params = { image: BASE, name: name('dies'), command: ['sh', '-c', 'echo last words; exit 3'] };
    const { refusal } = await refused(params, ground);
    assert.equal(
      refusal,
      `container ${name('dies')} ended right after its start (exit 3); its last lines:\nlast words`,
    );
    tryDocker('rm', '-f', name('dies'));
  });

  it('starts at once what Docker only restarts now and then, because it kept ending', async () => {
    const params = {
      ...{
        image: BASE,
        name: name('loops'),
        restart: 'always',
        init: true,
        volumes: [`${name('flag')}:/flag`],
      },
      command: ['sh', '-c', 'test -e /flag/up || exit 1; exec sleep 600'],
    };
    await done({ ...params, wait: 'none' }, ground);
    while (Number(inspect(name('loops')).RestartCount) < 6) await sleep(100);
    docker('run', '--rm', '-v', `${name('flag')}:/flag`, BASE, 'sh', '-c', 'echo >/flag/up');
    assert.deepEqual(Object.keys((await done(params, ground)).delta ?? {}), ['state']);
    assert.equal(inspect(name('loops')).State.Status, 'running');
  });

  it('tells why a container is not healthy, and waits for one that will be', async () => {
    const health = { cmd: 'echo no; false', interval: '1s', retries: 1 };
    const command = ['sh', '-c', 'echo hello; sleep 100'];
    const params = { ...QUICK, name: name('ill'), command, health, wait: 'healthy' };
    assert.equal(
      (await refused(params, ground)).refusal,
      `container ${name('ill')} is unhealthy; its last lines:\nhello`,
    );
    const { delta } = await done({ ...params, health: { ...health, cmd: 'true' } }, ground);
    assert.ok(delta?.['health.cmd']);
    assert.equal(inspect(name('ill')).State.Health.Status, 'healthy');
    const late = { ...params, health: { cmd: 'true', interval: '1h' }, wait_timeout: 1 };
    assert.match((await refused(late, ground)).refusal, /was not healthy after 1 s; its last lines:\nhello/);
    assert.match(
      (await refused({ ...QUICK, name: name('ill'), wait: 'healthy' }, ground)).refusal,
      /has no health check/,
    );
    tryDocker('rm', '-f', name('ill'));
  });

  it('leaves the old container alone, or starts it again, when the new one cannot be', async () => {
    const params = { ...QUICK, name: name('kept') };
    const { result } = await done(params, ground);
    const bad = await refused({ ...params, image: name('nothing:1'), pull: 'never' }, ground);
    assert.match(bad.refusal, /is not on this host, and pull is never/);
    const unknownOption = await refused({ ...params, security_opt: ['nonsense=1'] }, ground);
    assert.match(unknownOption.refusal, /can't be created: .*; nothing was changed/);
    assert.equal(inspect(name('kept')).Id, result['id']);
    await done({ ...QUICK, name: name('taker'), ports: ['127.0.0.1:38099:80'] }, ground);
    const taken = await refused({ ...params, ports: ['127.0.0.1:38099:80'] }, ground);
    assert.match(
      taken.refusal,
      /can't be started: .*port is already allocated; the old one was started again/,
    );
    assert.match(taken.hint ?? '', /another container or program has that port/);
    assert.equal(inspect(name('kept')).Id, result['id']);
    assert.equal(inspect(name('kept')).State.Running, true);
    const first = await refused({ ...QUICK, name: name('first'), ports: ['127.0.0.1:38099:80'] }, ground);
    assert.match(first.refusal, /can't be started: .*port is already allocated$/);
    assert.equal(docker('ps', '-aq', '--filter', `name=${name('first')}`), '', 'something was left behind');
    assert.equal(docker('ps', '-aq', '--filter', 'name=mama-play'), '', 'something was left behind');
    tryDocker('rm', '-f', name('kept'), name('taker'));
  });

  it('starts, stops, and clears away what a failed run left', async () => {
    const params = { ...QUICK, name: name('state') };
    docker('create', '--name', name('state'), BASE);
    assert.equal((await done(params, ground)).delta?.['state']?.from, 'created');
    docker('stop', '-t', '1', name('state'));
    assert.equal(decided({ ...params, state: 'present' }, ground).kind, 'nothing');
    const started = await done(params, ground);
    assert.deepEqual(started.delta, { state: { from: 'exited', to: 'started' } });
    docker('pause', name('state'));
    assert.deepEqual((await done(params, ground)).delta, { state: { from: 'paused', to: 'started' } });
    await done({ ...params, state: 'stopped' }, ground);
    assert.equal(inspect(name('state')).State.Running, false);
    assert.equal((await done({ ...params, state: 'stopped' }, ground)).delta, null);
    tryDocker('rm', '-f', name('state'));
  });

  it('brings the old container back after a run that was cut off', async () => {
    const params = { ...QUICK, name: name('cut') };
    const { result } = await done(params, ground);
    docker('stop', '-t', '1', name('cut'));
    docker('rename', name('cut'), `${name('cut')}.mama-play-old`);
    const failed = await refused({ ...params, security_opt: ['nonsense=1'] }, ground);
    assert.match(failed.refusal, /nothing was changed/);
    assert.equal(inspect(name('cut')).Id, result['id']);
    assert.equal(inspect(name('cut')).State.Running, true);
    assert.equal((await done(params, ground)).delta, null);
    tryDocker('rm', '-f', name('cut'));
  });

  it('recreates never or always, as told', async () => {
    const params = { ...QUICK, name: name('re') };
    const { result } = await done(params, ground);
    const never = await refused({ ...params, recreate: 'never', labels: { a: 1 } }, ground);
    assert.equal(never.refusal, `container ${name('re')} differs in labels.a, and recreate is never`);
    const always = await done({ ...params, recreate: 'always' }, ground);
    assert.deepEqual(Object.keys(always.delta ?? {}), ['recreate']);
    assert.notEqual(always.result['id'], result['id']);
    tryDocker('rm', '-f', name('re'));
  });

  it('refuses what is lacking on the host, unless an earlier task would make it', () => {
    const bind = { ...QUICK, name: name('lack'), volumes: ['/nowhere/at/all:/x'] };
    assert.match(
      decided(bind, ground).refusal ?? '',
      /\/nowhere\/at\/all, which is to be mounted, does not exist/,
    );
    assert.equal(decided(bind, ground, { 'path:/nowhere': { kind: 'directory' } }).kind, 'create');
    const network = { ...QUICK, name: name('lack'), network: 'no-such-net' };
    assert.equal(decided(network, ground).refusal, 'network no-such-net does not exist on this host');
    assert.equal(decided(network, ground, { 'network:no-such-net': { present: true } }).kind, 'create');
    const image = { ...QUICK, name: name('lack'), image: 'no-such-image', pull: 'never' };
    assert.match(decided(image, ground).refusal ?? '', /image no-such-image:latest is not on this host/);
    assert.equal(decided(image, ground, { 'image:no-such-image:latest': { rebuilt: true } }).kind, 'create');
  });
});
