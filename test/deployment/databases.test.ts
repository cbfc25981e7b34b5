import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { run as runProgram } from '../../scripts/lib/run.ts';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { ROOT } from '../e2e/lib/play.ts';

const DATABASES = ['mama_ng_control', 'mama_ng_contentstore', 'scheduler'];
const OLD = '20250131T040000Z';
const NEW = '20250201T040000Z';

/** A `docker` that notes what it is told, one line each, and a `date` that is a day later each time it is asked. */
const DOCKER = `#!/bin/sh
echo "$*" >>"$MAMA_TRIED/said"
case "$*" in
*pg_dump*) echo dump ;;
*pg_restore*) sed 's/^/read: /' >>"$MAMA_TRIED/said"; ! grep -q 'read: broken' "$MAMA_TRIED/said" ;;
*psql*) sed 's/^/sql: /' >>"$MAMA_TRIED/said" ;;
esac
`;
const DATE = `#!/bin/sh
echo x >>"$MAMA_TRIED/days"
printf '202501%02dT040000Z\\n' "$(wc -l <"$MAMA_TRIED/days")"
`;

/** A folder with programs that stand for those of -app. */
function standIn(programs: Readonly<Record<string, string>>): string {
  const place = mkdtempSync(join(tmpdir(), 'mama-databases-'));
  symlinkSync(join(ROOT, 'roles'), join(place, 'roles'));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(place, name), text);
    chmodSync(join(place, name), 0o755);
  }
  return place;
}

/** A task alone, on this machine, which stands for -app. */
function run(place: string, task: JsonObject, ...more: string[]) {
  writeFileSync(join(place, 'play.yaml'), stringify([{ hosts: 'app', tasks: [{ name: 'It', ...task }] }]));
  const values = { ansible_become: false, backup_dir: join(place, 'kept') };
  return runProgram(
    process.execPath,
    [
      ...[join(ROOT, 'dist/main.js'), join(place, 'play.yaml'), '-i', 'inventory/local.yaml'],
      ...['-c', 'local', '-e', JSON.stringify(values), ...more],
    ],
    { cwd: ROOT, env: { PATH: `${place}:${process.env['PATH']}`, MAMA_TRIED: place } },
  );
}

const ofRole = (file: string) => ({ import_role: { name: 'app', tasks_from: file } });

describe('backups of the databases @host', function () {
  this.timeout(60_000);

  let place: string;
  beforeEach(() => {
    place = standIn({ docker: DOCKER, date: DATE, said: '' });
  });
  afterEach(() => rmSync(place, { recursive: true }));

  const said = () => readFileSync(join(place, 'said'), 'utf8').trim().split('\n');

  /** Backups of these names and contents; then the tasks of restore.yaml. */
  const restore = (dumps: Readonly<Record<string, string>>, backup = '') => {
    mkdirSync(join(place, 'kept'));
    for (const [name, text] of Object.entries(dumps))
      writeFileSync(join(place, 'kept', `${name}.dump`), `${text}\n`);
    return run(place, ofRole('restore'), '-e', `backup=${backup}`);
  };

  it('one run has one name, by which restore.yaml is asked for all three', async () => {
    const { code, stdout, stderr } = await run(place, ofRole('backup'));
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(
      readdirSync(join(place, 'kept')).sort(),
      DATABASES.map((name) => `${name}-20250101T040000Z.dump`).sort(),
    );
  });

  it('the one that is asked for is read of each, and the applications stop only then', async () => {
    const dumps = Object.fromEntries(
      DATABASES.flatMap((name) => [OLD, NEW].map((stamp) => [`${name}-${stamp}`, stamp])),
    );
    const { code, stdout, stderr } = await restore(dumps, OLD);
    assert.equal(code, 0, stdout + stderr);
    const steps = said().flatMap(
      (line) => /^read: .*|(?<=^exec -i \S+ )pg_restore|^stop|(?<=^sql: )alter.*/.exec(line) ?? [],
    );
    assert.deepEqual(steps, [
      ...DATABASES.flatMap(() => ['pg_restore', `read: ${OLD}`]),
      'stop',
      ...DATABASES.flatMap((name) => [
        `alter database ${name} rename to ${name}_before_restore;`,
        `alter database ${name}_restored rename to ${name};`,
      ]),
    ]);
  });

  it('one that cannot be read leaves everything as it is', async () => {
    const dumps = Object.fromEntries(DATABASES.map((name) => [`${name}-${OLD}`, OLD]));
    const { code, stdout } = await restore({ ...dumps, [`scheduler-${OLD}`]: 'broken' });
    assert.equal(code, 2, stdout);
    assert.deepEqual(
      said().filter((line) => /^stop|alter/.test(line)),
      [],
    );
  });
});

describe('the container of a database @host', function () {
  this.timeout(60_000);

  let place: string;
  beforeEach(() => {
    place = standIn({ docker: `#!/bin/sh\ntest -e "$MAMA_TRIED/$1"\n` });
  });
  afterEach(() => rmSync(place, { recursive: true }));

  /** What docker finds of that name. */
  const check = (found: readonly ('container' | 'volume')[]) => {
    for (const kind of found) writeFileSync(join(place, kind), '');
    const vars = { container: 'mamangdb', data: 'mamangdbdata' };
    return run(place, { import_tasks: 'roles/app/tasks/database-checks.yaml', vars });
  };

  it('that another deployment made is refused, before anything is changed', async () => {
    const { code, stdout } = await check(['container']);
    assert.equal(code, 2, stdout);
    assert.match(stdout, /mamangdb was not made by this deployment .*docs\/migrating\.md/);
  });

  it('is good where there is none, or where it has the volume', async () => {
    for (const found of [[], ['volume'], ['container', 'volume']] as const) {
      const { code, stdout } = await check(found);
      assert.equal(code, 0, stdout);
    }
  });
});
