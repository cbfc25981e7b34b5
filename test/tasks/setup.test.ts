import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname, totalmem, userInfo } from 'node:os';
import { FACT_VARIABLES, FACTS } from '../../src/runner/contract/facts.ts';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { distributionOf } from '../../src/runner/tasks/lib/facts/distribution.ts';
import { readFacts } from '../../src/runner/tasks/lib/facts/read.ts';
import setup from '../../src/runner/tasks/setup.ts';
import { changedPaths, declarationLaws, inEachShell, query, readPage, treeState } from './harness.ts';

declarationLaws(setup);

describe('setup', () => {
  inEachShell('tells what the host is, and changes nothing', (g) => {
    const before = treeState(g.dir);
    const verdict = query(setup, {}, g);
    assert.ok('result' in verdict);
    const facts = verdict.result['ansible_facts'] as JsonObject;
    const uname = (flag: string) => execFileSync('uname', [flag], { encoding: 'utf8' }).trim();
    const release = readFileSync('/etc/os-release', 'utf8');
    assert.deepEqual(
      [facts['architecture'], facts['kernel'], facts['system'], facts['nodename'], facts['hostname']],
      [uname('-m'), uname('-r'), 'Linux', hostname(), hostname().split('.')[0]],
    );
    assert.deepEqual(
      [facts['user_id'], facts['user_uid'], facts['memtotal_mb']],
      [userInfo().username, userInfo().uid, Math.floor(totalmem() / 2 ** 20)],
    );
    assert.match(release, new RegExp(`^VERSION_ID="?${facts['distribution_major_version']}\\b`, 'm'));
    assert.ok((facts['processor_vcpus'] as number) >= 1);
    const { epoch_int: now, iso8601 } = facts['date_time'] as JsonObject;
    assert.ok(Math.abs((now as number) - Date.now() / 1000) < 120);
    assert.ok(Math.abs(Date.parse(iso8601 as string) - Date.now()) < 120_000);
    assert.equal(typeof (facts['env'] as JsonObject)['PATH'], 'string');
    assert.deepEqual(changedPaths(before, treeState(g.dir)), []);
    const { facts: variables } = verdict as { facts?: JsonObject };
    assert.equal(variables?.['ansible_kernel'], facts['kernel']);
    assert.deepEqual(
      Object.keys(variables ?? {}).filter((name) => !(name in FACT_VARIABLES)),
      [],
    );
  });

  it('leaves out what the host does not tell', () => {
    const { facts = {} } = setup.read(
      { kind: 'reply', code: 0, out: Buffer.from('nodename x\n'), err: Buffer.alloc(0) },
      null,
    ) as {
      facts?: JsonObject;
    };
    assert.equal(facts['ansible_hostname'], 'x');
    assert.equal('ansible_kernel' in facts, false);
    assert.deepEqual(facts['ansible_default_ipv4'], {});
  });

  it("reads the way out of ip's answer, or of the kernel's table", () => {
    const way = (text: string) => readFacts(`${text}\nrelease\n\nenv\n`)['default_ipv4'];
    const address = 'address lo 127.0.0.1/8\naddress eth0 172.17.0.2/16';
    assert.deepEqual(way(`route 8.8.8.8 via 172.17.0.1 dev eth0 src 172.17.0.2 uid 0\n${address}`), {
      address: '172.17.0.2',
      interface: 'eth0',
      gateway: '172.17.0.1',
    });
    assert.deepEqual(way(`route \ntable eth0 010011AC\n${address}`), {
      address: '172.17.0.2',
      interface: 'eth0',
      gateway: '172.17.0.1',
    });
    assert.deepEqual(way('route \ntable eth0 00000000'), { interface: 'eth0' });
    assert.deepEqual(way('route '), {});
  });

  it('keeps an environment whole', () => {
    const { env } = readFacts('kernel 1\nrelease\nID=debian\n\nenv\nA=1\0B=x\ny=z\0broken\0');
    assert.deepEqual(env, { A: '1', B: 'x\ny=z' });
  });

  it('calls distributions as Ansible does', () => {
    const names = (release: string, debian?: string) =>
      Object.values(distributionOf(release, debian)).join(' ');
    const bookworm = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';
    assert.equal(names(bookworm, '12.5'), 'Debian 12.5 12 bookworm Debian');
    assert.equal(
      names('ID=debian\nVERSION_CODENAME=trixie', 'trixie/sid'),
      'Debian trixie/sid trixie/sid trixie Debian',
    );
    assert.equal(
      names('ID=ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\nID_LIKE=debian', 'bookworm/sid'),
      'Ubuntu 22.04 22 jammy Debian',
    );
    assert.equal(names("ID='alpine'\nVERSION_ID=3.19.1\n"), 'Alpine 3.19.1 3 NA Alpine');
    assert.equal(names('ID="rocky"\nVERSION_ID="9.3"\n'), 'Rocky 9.3 9 NA RedHat');
    assert.equal(names('ID=new\nNAME="New \\"OS\\""\nID_LIKE="ubuntu debian"\n'), 'New "OS" NA NA NA Debian');
    assert.equal(names(''), 'unknown NA NA NA unknown');
  });

  it('has a page that names every fact', () => {
    const page = readPage('setup') ?? '';
    assert.deepEqual(
      Object.keys(FACTS).filter((name) => !page.includes(`\`${name}\``)),
      [],
    );
  });
});
