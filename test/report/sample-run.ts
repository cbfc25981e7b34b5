import type { HostRecap, RunEvent, TaskEvent } from '../../src/runner/contract/event.ts';
import { Story } from '../../src/runner/report/html/story.ts';
import type { RunHead } from '../../src/runner/report/run-head.ts';
import { hostRecap, recap, task } from './support.ts';

export const HEAD: RunHead = {
  id: '20260102T030405Z-abcdef',
  version: '1.2.3',
  playbooks: ['playbooks/site.yaml'],
  inventory: ['inventory/prod.yaml'],
  limit: null,
  tags: [],
  skip_tags: [],
  check: false,
  started: '2026-01-02T03:04:05.678Z',
  who: 'ops@laptop (process 42)',
  elapsed_ms: 83_000,
  exit: 2,
};

/** Events, each with the time at which it comes, in ms. */
export type Timed = readonly (readonly [number, RunEvent])[];

export function storyOf(events: Timed): Story {
  let now = 0;
  const story = new Story(() => now);
  for (const [time, event] of events) {
    now = time;
    story.on(event);
  }
  return story;
}

/** A bit of everything that a page has to show. */
export const SMALL: Timed = [
  [
    0,
    {
      event: 'note',
      level: 'warning',
      host: 'web1',
      msg: 'no flock here: nobody else is kept off this host',
    },
  ],
  [0, { event: 'play', play: 'Web servers', hosts: ['web1', 'web2', 'db.example.org'] }],
  [1200, task({ task: 'Packages', type: 'apt', ms: 1100 })],
  [1300, task({ task: 'Packages', type: 'apt', host: 'web2', ms: 1200 })],
  [
    2000,
    task({
      task: 'nginx <configuration> & more',
      status: 'changed',
      at: 'roles/web/tasks/main.yaml:12:3',
      delta: {
        content: {
          from: `server {\n  listen 80;\n  server_name ${'x'.repeat(300)};\n}\n`,
          to: 'server {\n  listen 443 ssl;\n  # <script>alert(1)</script>\n}\n',
        },
        mode: { from: '0644', to: '0600' },
      },
      ms: 700,
    }),
  ],
  [
    2100,
    task({
      task: 'Container',
      type: 'docker_run',
      host: 'web2',
      status: 'changed',
      msg: 'recreated: its image is newer',
      ms: 800,
      delta: {
        image: { from: 'web:1', to: 'web:2' },
        env: { from: { A: '1', PW: '<secret 11aa22bb>' }, to: { A: '2', PW: '<secret 33cc44dd>' } },
      },
    }),
  ],
  [
    2150,
    task({
      task: 'Users',
      type: 'user',
      item: 'anna',
      status: 'changed',
      ms: 20,
      delta: { shell: { from: '/bin/sh', to: '/bin/bash' } },
    }),
  ],
  [2160, task({ task: 'Users', type: 'user', item: 'bert', ms: 10 })],
  [2160, task({ task: 'Users', type: 'user', items: 2, status: 'changed', ms: 30 })],
  [2200, task({ task: 'Only in production', status: 'skipped', msg: 'env == "prod" is false', ms: 0 })],
  [
    2300,
    task({ task: 'Try', type: 'command', status: 'failed', rescued: true, msg: 'it ended with 7', ms: 90 }),
  ],
  [
    2400,
    task({
      task: 'Migrate',
      type: 'command',
      status: 'ignored',
      msg: 'it ended with 1',
      host: 'web2',
      ms: 80,
    }),
  ],
  [
    60_000,
    task({
      task: 'Build',
      type: 'docker_build',
      status: 'failed',
      msg: 'the build failed at step 3\nE: Unable to locate package nginxx',
      hint: 'look at the Dockerfile',
      at: 'roles/web/tasks/main.yaml:40:3',
      result: {
        changed: false,
        failed: true,
        rc: 100,
        stdout: 'Step 1/7 : FROM debian\nStep 2/7 : RUN true\n',
        stderr: '',
      },
      ms: 57_000,
    }),
  ],
  [70_000, task({ task: 'Build', type: 'docker_build', status: 'changed', host: 'web2', ms: 67_000 })],
  [
    71_000,
    task({
      task: 'reload nginx',
      type: 'service',
      handler: true,
      debt: true,
      status: 'changed',
      host: 'web2',
      ms: 900,
    }),
  ],
  [
    81_000,
    task({
      task: 'Packages',
      type: 'apt',
      host: 'db.example.org',
      status: 'unreachable',
      msg: 'connect ETIMEDOUT',
      hint: 'is sshd up?',
      ms: 10_000,
    }),
  ],
  [
    83_000,
    recap(
      {
        web1: hostRecap({
          ok: 4,
          changed: 2,
          skipped: 1,
          failed: 1,
          rescued: 1,
          state: 'failed',
          round_trips: 7,
        }),
        web2: hostRecap({ ok: 5, changed: 3, ignored: 1, round_trips: 6 }),
        'db.example.org': hostRecap({ unreachable: 1, round_trips: 0, state: 'unreachable' }),
      },
      { elapsed_ms: 83_000 },
    ),
  ],
];

/** Many hosts with as many tasks each: mostly nothing to do, a change here and there, two that fail. */
export function largeRun(hosts: number, tasks: number): Timed {
  const names = Array.from({ length: hosts }, (_, at) => `web${String(at + 1).padStart(2, '0')}.example.org`);
  const events: [number, RunEvent][] = [[0, { event: 'play', play: 'Everything', hosts: names }]];
  const recaps: Record<string, HostRecap> = {};
  for (const [at, host] of names.entries()) {
    const last = at % 23 === 7 ? Math.floor(tasks / 2) : tasks - 1;
    for (let number = 0; number <= last; number++)
      events.push([40 * (number + 1) + at, outcomeOf(host, at, number, number === last && last < tasks - 1)]);
    recaps[host] = hostRecap({
      ok: last,
      changed: Math.floor(last / 25),
      round_trips: 80,
      state: last < tasks - 1 ? 'failed' : 'done',
      failed: last < tasks - 1 ? 1 : 0,
    });
  }
  events.sort(([a], [b]) => a - b);
  return [...events, [40 * tasks + 500, recap(recaps, { elapsed_ms: 40 * tasks + 500 })]];
}

function outcomeOf(host: string, at: number, number: number, isLast: boolean): TaskEvent {
  const more = {
    host,
    task: `Task number ${number}`,
    at: `roles/r${number % 40}/tasks/main.yaml:${number}:3`,
    ms: 38,
  };
  if (isLast) return task({ ...more, status: 'failed', msg: 'it ended with 1', type: 'command' });
  if (number % 25 === 3)
    return task({
      ...more,
      status: 'changed',
      delta: { content: { from: `port: ${number}\n`, to: `port: ${number + (at % 3)}\nhost: any\n` } },
    });
  return number % 7 === 5 ? task({ ...more, status: 'skipped', msg: `env == "prod" is false` }) : task(more);
}
