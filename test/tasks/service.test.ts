import assert from 'node:assert/strict';
import { lstatSync, mkdirSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import service from '../../src/runner/tasks/service.ts';
import {
  type Converged,
  converge,
  declarationLaws,
  desire,
  makeGround,
  mustConverge,
  type Refused,
  registersWhatItDeclares,
  shells,
  shellsFor,
  validateParams,
} from './harness.ts';
import { settles } from './services/accounts.ts';
import { debianGround } from './services/debian.ts';
import { type LittleRoot, makeLittleRoot } from './services/little-root.ts';
import { without } from './services/without.ts';

declarationLaws(service);

/** Runs as long as /tmp/up is there; with /tmp/brief it dies as soon as somebody has looked. */
const WEB = `#!/usr/bin/dash
printf '%s\\n' "$1 $PWD \${SECRET-}" >>/tmp/asked
case $1 in
  status) [ -e /tmp/up ] || exit 3; [ -e /tmp/brief ] && rm /tmp/up; exit 0 ;;
  start) [ -e /tmp/broken ] && { echo 'no configuration' >&2; exit 1; }; touch /tmp/up ;;
  stop) rm -f /tmp/up ;;
  restart) touch /tmp/up ;;
  *) echo "Usage: $0 {start|stop|restart|status}" >&2; exit 1 ;;
esac
`;

const UPDATE_RC = `#!/usr/bin/dash
case $2 in
  defaults) [ -e /etc/rc2.d/*$1 ] || ln -s ../init.d/$1 /etc/rc2.d/S05$1 ;;
  enable) for f in /etc/rc2.d/K*$1; do [ -L "$f" ] && mv "$f" /etc/rc2.d/S05$1; done; : ;;
  disable) for f in /etc/rc2.d/S*$1; do [ -L "$f" ] && mv "$f" /etc/rc2.d/K05$1; done; : ;;
esac
`;

/** Says of each unit what its file in /tmp says, and notes what it is told. */
const SYSTEMCTL = `#!/usr/bin/dash
printf '%s\\n' "$*" >>/tmp/asked
for unit; do :; done
case $* in
  show*) [ -e /tmp/unit.$unit ] || { echo LoadState=not-found; echo ActiveState=inactive; exit 0; }
    cat /tmp/unit.$unit; echo "ActiveState=$(cat /tmp/active)" ;;
  list-unit-files*) printf 'nginx.service enabled enabled\\nssh.service enabled enabled\\n' ;;
  is-enabled*) cat /tmp/enabled ;;
  *is-failed*) [ "$(cat /tmp/active)" = failed ] ;;
  *start*|*reload*) case $* in daemon-reload) exit 0 ;; esac
    [ -e /tmp/dies ] && { echo failed >/tmp/active; exit 0; }
    [ -e /tmp/broken ] || { echo active >/tmp/active; exit 0; }
    echo 'Job for nginx.service failed. See "systemctl status nginx.service" for details.' >&2; exit 1 ;;
  *stop*) echo inactive >/tmp/active ;;
  *enable*) echo enabled >/tmp/enabled ;;
  *disable*) echo disabled >/tmp/enabled ;;
esac
`;

/** Waiting costs no time there. */
function hurried(root: LittleRoot): LittleRoot {
  const { run } = root.ground;
  return {
    ...root,
    ground: {
      ...root.ground,
      run: (script, running) => run({ ...script, text: `sleep() { :; }\n${script.text}` }, running),
    },
  };
}

describe('service', () => {
  it('knows what cannot be', () => {
    for (const name of ['', '-x', 'a b', '../x', 'a/b', 'a;b', '$(x)']) {
      assert.notEqual(validateParams(service, { name, state: 'started' }).faults.length, 0, name);
    }
    const ground = makeGround(shells()[0]!);
    const desired = desire(service, { name: 'web' }, ground);
    ground.remove();
    assert.ok(isRefusal(desired));
    assert.equal(desired.refusal, 'service has nothing to do');
  });

  for (const shell of shells()) {
    const trial = (title: string, test: (root: LittleRoot) => Promise<void>) => {
      if (!shellsFor(title).includes(shell)) return;
      it(`${title} (${shell.name})`, async () => {
        const root = hurried(makeLittleRoot(shell));
        try {
          await test(root);
        } finally {
          root.ground.remove();
        }
      });
    };
    const sysv = (root: LittleRoot) => {
      root.ground.lay({
        'etc/init.d/web': { content: WEB, mode: 0o755 },
        'etc/init.d/README': '',
        'usr/sbin/update-rc.d': { content: UPDATE_RC, mode: 0o755 },
      });
      for (const level of ['2', '3']) mkdirSync(root.ground.at(`etc/rc${level}.d`));
    };
    const systemd = (root: LittleRoot, load = 'LoadState=loaded') => {
      root.ground.lay({
        'usr/sbin/systemctl': { content: SYSTEMCTL, mode: 0o755 },
        'run/systemd/system/x': '',
        'tmp/unit.nginx': `${load}\nNeedDaemonReload=no\n`,
        'tmp/active': 'inactive\n',
        'tmp/enabled': 'disabled\n',
      });
    };
    const run = (root: LittleRoot, params: JsonObject) => settles(service, { name: 'web', ...params }, root);
    /** What differs by itself each time. */
    const act = async (root: LittleRoot, params: JsonObject): Promise<Converged> => {
      const done = mustConverge(await converge(service, params, root.ground));
      registersWhatItDeclares(service, done.result);
      return done;
    };
    const refused = async (root: LittleRoot, params: JsonObject): Promise<Refused> => {
      const done = await converge(service, params, root.ground);
      return done.kind === 'refused' ? done : assert.fail(JSON.stringify(done.delta));
    };

    trial('sysv: starts and stops', async (root) => {
      sysv(root);
      const started = await run(root, { state: 'started' });
      assert.deepEqual(started.delta, { state: { from: 'stopped', to: 'started' } });
      assert.deepEqual(started.result, { name: 'web', state: 'started', enabled: null });
      const stopped = await run(root, { state: 'stopped', name: 'web.service' });
      assert.deepEqual(stopped.delta, { state: { from: 'running', to: 'stopped' } });
      assert.deepEqual(stopped.result['state'], 'stopped');
    });

    trial('sysv: its script sees nothing of the environment', async (root) => {
      sysv(root);
      await converge(
        service,
        { name: 'web', state: 'started' },
        {
          ...root.ground,
          run: (script) =>
            root.ground.run({ ...script, text: `export SECRET=s3cret; cd /etc\n${script.text}` }),
        },
      );
      assert.deepEqual(root.ground.text('tmp/asked').split('\n'), [
        'status / ',
        'start / ',
        'status / ',
        'status / ',
        '',
      ]);
    });

    trial('sysv: restarts each time', async (root) => {
      sysv(root);
      const first = await act(root, { name: 'web', state: 'restarted' });
      assert.deepEqual(first.delta, { state: { from: 'stopped', to: 'restarted' } });
      const second = await act(root, { name: 'web', state: 'restarted' });
      assert.deepEqual(second.delta, { state: { from: 'running', to: 'restarted' } });
      assert.deepEqual(second.result, { name: 'web', state: 'started', enabled: null });
    });

    trial('sysv: reloads what runs, and starts what does not', async (root) => {
      sysv(root);
      const first = await act(root, { name: 'web', state: 'reloaded' });
      assert.deepEqual(first.delta, { state: { from: 'stopped', to: 'started' } });
      const second = await refused(root, { name: 'web', state: 'reloaded' });
      assert.match(second.refusal, /^service web: Usage: /);
      assert.equal(second.hint, 'it may know no reload: say restarted');
    });

    trial('sysv: enables and disables', async (root) => {
      sysv(root);
      const on = await run(root, { enabled: true });
      assert.deepEqual(on.delta, { enabled: { from: false, to: true } });
      assert.deepEqual(on.result, { name: 'web', state: 'stopped', enabled: true });
      assert.ok(lstatSync(root.ground.at('etc/rc2.d/S05web')).isSymbolicLink());
      const off = await run(root, { enabled: false, state: 'started' });
      assert.deepEqual(Object.keys(off.delta ?? {}), ['enabled', 'state']);
      assert.deepEqual((await run(root, { enabled: true })).delta, { enabled: { from: false, to: true } });
    });

    trial('sysv: says why it does not run', async (root) => {
      sysv(root);
      root.ground.lay({ 'tmp/broken': '' });
      const broken = await refused(root, { name: 'web', state: 'started' });
      assert.equal(broken.refusal, 'service web: no configuration');
    });

    trial('sysv: what still lives at the first look is not started yet', async (root) => {
      sysv(root);
      root.ground.lay({ 'tmp/brief': '' });
      const dead = await refused(root, { name: 'web', state: 'started' });
      assert.equal(dead.refusal, 'service web was started and does not run');
    });

    trial('sysv: knows the services of the host', async (root) => {
      sysv(root);
      const { refusal, hint, by } = await refused(root, { name: 'wep', state: 'started' });
      assert.deepEqual([by, refusal, hint], ['read', 'this host has no service wep', 'Did you mean "web"?']);
      const other = await refused(root, { name: 'postgresql', state: 'started' });
      assert.equal(other.hint, 'install it first, or check its name');
    });

    trial('sysv: a script that cannot tell', async (root) => {
      sysv(root);
      root.ground.lay({ 'etc/init.d/odd': { content: '#!/usr/bin/dash\nexit 4\n', mode: 0o755 } });
      const { refusal } = await refused(root, { name: 'odd', state: 'started' });
      assert.equal(refusal, '/etc/init.d/odd cannot tell whether its service runs (status ended with 4)');
    });

    trial('sysv: without update-rc.d', async (root) => {
      sysv(root);
      const done = await converge(
        service,
        { name: 'web', enabled: true },
        without(root.ground, 'update-rc.d'),
      );
      assert.ok(done.kind === 'refused');
      assert.equal(done.refusal, 'this host has no update-rc.d, so that web cannot be enabled or disabled');
    });

    trial('says so where there is no manager', async (root) => {
      const { refusal } = await refused(root, { name: 'web', state: 'started' });
      assert.equal(refusal, 'this host has neither systemd nor /etc/init.d');
    });

    trial('systemd: starts, stops, enables, disables', async (root) => {
      systemd(root);
      const on = await run(root, { name: 'nginx', state: 'started', enabled: true });
      assert.deepEqual(on.delta, {
        enabled: { from: false, to: true },
        state: { from: 'inactive', to: 'started' },
      });
      const off = await run(root, { name: 'nginx', state: 'stopped', enabled: false });
      assert.deepEqual(off.delta, {
        enabled: { from: true, to: false },
        state: { from: 'active', to: 'stopped' },
      });
    });

    trial('systemd: restarts and reloads each time, with its unit file as it is now', async (root) => {
      systemd(root);
      root.ground.lay({ 'tmp/unit.nginx': 'LoadState=loaded\nNeedDaemonReload=yes\n' });
      const first = await act(root, { name: 'nginx', state: 'reloaded' });
      assert.deepEqual(first.delta, { state: { from: 'inactive', to: 'started' } });
      await act(root, { name: 'nginx', state: 'reloaded' });
      await act(root, { name: 'nginx', state: 'restarted' });
      const said = root.ground
        .text('tmp/asked')
        .split('\n')
        .filter((line) => !line.startsWith('show'));
      assert.deepEqual(said, [
        ...['daemon-reload', '--no-pager start -- nginx', '--quiet is-failed -- nginx'],
        ...['daemon-reload', '--no-pager reload -- nginx', '--quiet is-failed -- nginx'],
        ...['daemon-reload', '--no-pager restart -- nginx', '--quiet is-failed -- nginx'],
        '',
      ]);
    });

    trial('systemd: units that are static, masked, unknown, broken', async (root) => {
      systemd(root);
      root.ground.lay({ 'tmp/enabled': 'static\n' });
      assert.equal((await run(root, { name: 'nginx', enabled: true })).delta, null);
      assert.equal((await run(root, { name: 'nginx', enabled: false })).delta, null);
      const none = await refused(root, { name: 'ngin', state: 'started' });
      assert.deepEqual([none.refusal, none.hint], ['this host has no service ngin', 'Did you mean "nginx"?']);
      root.ground.lay({ 'tmp/broken': '' });
      const broken = await refused(root, { name: 'nginx', state: 'started' });
      assert.match(broken.refusal, /^service nginx: Job for nginx.service failed/);
      assert.match(broken.hint ?? '', /journalctl -xeu nginx/);
      root.ground.lay({ 'tmp/dies': '' });
      const dead = await refused(root, { name: 'nginx', state: 'started' });
      assert.equal(dead.refusal, 'service nginx was started and has failed');
      assert.match(dead.hint ?? '', /journalctl -xeu nginx/);
      systemd(root, 'LoadState=masked');
      const masked = await refused(root, { name: 'nginx', state: 'started' });
      assert.equal(masked.refusal, 'service nginx is masked: nothing may start it');
      assert.equal((await run(root, { name: 'nginx', state: 'stopped' })).delta, null);
    });
  }
});

/** A daemon as Debian's are: with an LSB header for update-rc.d, and start-stop-daemon. */
const DAEMON = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          trial
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: trial
### END INIT INFO
. /lib/lsb/init-functions
pid=/run/trial.pid
case $1 in
  status) status_of_proc -p $pid /bin/sleep trial ;;
  start) read -r seconds </etc/trial.seconds
    # What dies at once has died before this ends, however slow the machine is.
    [ "$seconds" = 0 ] || background=-b
    start-stop-daemon -S -q $background -m -p $pid -x /bin/sleep -- $seconds ;;
  stop) start-stop-daemon -K -q -o -p $pid -x /bin/sleep; rm -f $pid ;;
  restart) "$0" stop; "$0" start ;;
  *) exit 3 ;;
esac
`;

describe('service on a Debian without systemd @host', function () {
  this.timeout(300_000);
  for (const name of ['dash', 'bash'] as const) {
    it(`does what its words say (${name})`, async () => {
      const { ground, inside, remove } = await debianGround(name);
      try {
        inside(
          'printf %s "$1" >/etc/init.d/trial; chmod 755 /etc/init.d/trial; echo 1000 >/etc/trial.seconds',
          DAEMON,
        );
        const say = async (params: JsonObject) =>
          mustConverge(await converge(service, { name: 'trial', ...params }, ground)).delta;
        assert.deepEqual(await say({ state: 'started', enabled: true }), {
          enabled: { from: false, to: true },
          state: { from: 'stopped', to: 'started' },
        });
        assert.equal(await say({ state: 'started', enabled: true }), null);
        const pid = inside('cat /run/trial.pid');
        assert.match(inside('ls /etc/rc2.d'), /S\d\dtrial/);
        await say({ state: 'restarted' });
        assert.notEqual(inside('cat /run/trial.pid'), pid);
        await say({ state: 'stopped', enabled: false });
        assert.equal(await say({ state: 'stopped', enabled: false }), null);
        assert.match(inside('ls /etc/rc2.d'), /K\d\dtrial/);
        await say({ enabled: true });
        assert.equal(await say({ enabled: true }), null);
        inside('echo 0 >/etc/trial.seconds');
        const dead = await converge(service, { name: 'trial', state: 'started' }, ground);
        assert.ok(dead.kind === 'refused');
        assert.equal(dead.refusal, 'service trial was started and does not run');
      } finally {
        remove();
      }
    });
  }
});
