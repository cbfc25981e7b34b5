import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { mamaPlay, ROOT } from '../e2e/lib/play.ts';

type Values = Readonly<Record<string, unknown>>;

const read = (path: string): Values => parse(readFileSync(join(ROOT, path), 'utf8'));
const values = (environment: string) => read(`inventory/group_vars/${environment}/main.yaml`);
const SECRETS = read('inventory/group_vars/local/secrets.yaml');
const check = (environment: string) => [
  'playbooks/site.yaml',
  '-i',
  `inventory/${environment}.yaml`,
  '--syntax-check',
];

describe('the environments', () => {
  let folder: string;
  let secretsFile: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mama-environments-'));
    secretsFile = join(folder, 'secrets.json');
    const made = Object.keys(SECRETS).map((name, i) => [name, `madeForThisTestOnly${i}`]);
    writeFileSync(secretsFile, JSON.stringify(Object.fromEntries(made)));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('local is complete', async () => {
    const { code, stdout, stderr } = await mamaPlay(check('local'));
    assert.equal(code, 0, stdout + stderr);
  });

  for (const environment of ['qa', 'prod']) {
    it(`${environment} is complete with its secrets`, async () => {
      const { code, stdout, stderr } = await mamaPlay([...check(environment), '-e', `@${secretsFile}`]);
      assert.equal(code, 0, stdout + stderr);
    });

    it(`${environment} without them is refused, and each is named`, async () => {
      const { code, stdout, stderr } = await mamaPlay(check(environment));
      assert.equal(code, 1);
      for (const name of Object.keys(SECRETS)) {
        assert.match(stdout + stderr, new RegExp(`needs "${name}", which nobody gives it`));
      }
    });

    it(`${environment} sets the same variables as local`, () => {
      assert.deepEqual(Object.keys(values(environment)).sort(), Object.keys(values('local')).sort());
    });
  }

  it('no value of prod is one of qa', () => {
    const qa = values('qa');
    for (const [name, value] of Object.entries(values('prod'))) assert.notDeepEqual(qa[name], value, name);
  });
});
