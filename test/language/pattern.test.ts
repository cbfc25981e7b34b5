import assert from 'node:assert/strict';
import { type InventoryIo, loadInventory } from '../../src/runner/language/inventory.ts';
import type { Pattern } from '../../src/runner/language/model.ts';
import { readLimit, selectHosts } from '../../src/runner/language/pattern.ts';

const TEXT = `
all:
  hosts: {lone: , db.example.com: }
  children:
    web: {hosts: {"web[1:3]": }}
    app: {hosts: {"app[1:2]": , web3: }}
    prod: {children: {web: }, hosts: {app2: }}
    empty: {}
    v6: {hosts: {"fe80::1": }}
`;

function inventoryOf(text: string) {
  const io: InventoryIo = {
    read: () => text,
    list: () => [],
    isDirectory: () => false,
    display: (path) => path,
  };
  const { value, diagnostics } = loadInventory(['inv.yaml'], io);
  assert.deepEqual(diagnostics, []);
  return value;
}

const inventory = inventoryOf(TEXT);
const AT = { file: 'play.yaml', line: 2, column: 10 };
const pattern = (source: string): Pattern => ({ source, at: AT });

function hosts(source: string, limit?: string): string {
  const { value, diagnostics } = selectHosts(
    pattern(source),
    inventory,
    limit === undefined ? undefined : pattern(limit),
  );
  assert.deepEqual(diagnostics, []);
  return value.hosts.join(' ');
}

function note(source: string, limit?: string): string | undefined {
  const { value, diagnostics } = selectHosts(
    pattern(source),
    inventory,
    limit === undefined ? undefined : pattern(limit),
  );
  assert.deepEqual([value.hosts, diagnostics], [[], []]);
  return value.note;
}

function refused(source: string, limit?: string): string[] {
  const { value, diagnostics } = selectHosts(
    pattern(source),
    inventory,
    limit === undefined ? undefined : pattern(limit),
  );
  for (const one of diagnostics) assert.deepEqual(one.at, AT);
  assert.equal(value.note, undefined);
  return diagnostics.map((one) => `${one.code}: ${one.message}${one.hint ? ` | ${one.hint}` : ''}`);
}

const EVERYBODY = 'lone db.example.com web1 web2 web3 app1 app2 fe80::1';

/** Who is meant, in the order in which a play begins its hosts: Ansible's. */
describe('host patterns: who is meant', () => {
  const cases: [string, string][] = [
    ['all', EVERYBODY],
    ['*', EVERYBODY],
    ['web', 'web1 web2 web3'],
    ['web2', 'web2'],
    ['ungrouped', 'lone db.example.com'],
    ['web:app', 'web1 web2 web3 app1 app2'],
    ['app , web1', 'app1 app2 web3 web1'],
    ['web2,lone,', 'web2 lone'],
    ['app:&prod', 'app2 web3'],
    ['app:&prod:!web3', 'app2'],
    ['!web3:app:&prod', 'app2'],
    ['&app:web', 'web3'],
    ['!web:!app', 'lone db.example.com fe80::1'],
    ['!all:web', ''],
    ['web*', 'web1 web2 web3'],
    ['*[13]*', 'web1 web3 app1 fe80::1'],
    ['w?b2', 'web2'],
    ['*2', 'web2 app2'],
    ['web[!13]*', 'web2'],
    ['*.example.com', 'db.example.com'],
    ['pro*', 'app2 web1 web2 web3'],
    ['~(web|app)[12]$', 'web1 web2 app1 app2'],
    ['~w\\w{2,3}[1,2]:lone', 'web1 web2 lone'],
    ['app:!~web.*', 'app1 app2'],
    ['all:!nobody*', EVERYBODY],
    ['web[0]', 'web1'],
    ['web[-1]', 'web3'],
    ['web[0:1]', 'web1 web2'],
    ['web[1:]', 'web2 web3'],
    ['web[1-2]', 'web2 web3'],
    ['web[0:9]', 'web1 web2 web3'],
    ['app:!app[0]', 'app2 web3'],
    ['prod[0]', 'app2'],
    ['app[2]', 'web3'],
    ['web*[1]', 'web2'],
    ['all[0]', 'lone'],
    ['fe80::1', 'fe80::1'],
    ['all,!fe80::1,!prod', 'lone db.example.com app1'],
    ['localhost', 'localhost'],
    ['localhost:web1', 'localhost web1'],
    ['all:!localhost', EVERYBODY],
    ['web:&localhost', ''],
  ];
  for (const [source, expected] of cases) {
    it(source, () => assert.equal(selectHosts(pattern(source), inventory).value.hosts.join(' '), expected));
  }

  it('none of these is refused', () => {
    for (const [source] of cases) assert.deepEqual(selectHosts(pattern(source), inventory).diagnostics, []);
  });

  it('takes the written localhost where there is one', () => {
    const written = inventoryOf('web: {hosts: {localhost: , w1: }}');
    assert.deepEqual(selectHosts(pattern('all'), written).value.hosts, ['localhost', 'w1']);
    assert.deepEqual(selectHosts(pattern('localhost'), written).value.hosts, ['localhost']);
  });

  it('--limit keeps those that it means too', () => {
    assert.equal(hosts('web', 'app'), 'web3');
    assert.equal(hosts('all', 'app2:web[0]'), 'web1 app2');
    assert.equal(hosts('localhost', 'localhost'), 'localhost');
    assert.equal(hosts('all', '!web'), 'lone db.example.com app1 app2 fe80::1');
  });

  it('no number of stars makes a wildcard slow', () => {
    const start = process.cpuUsage();
    assert.equal(refused(`${'*1'.repeat(200)}`).length, 1);
    assert.ok(process.cpuUsage(start).user / 1000 < 1000);
  });
});

describe('host patterns: nobody is left', () => {
  it('says why', () => {
    assert.equal(note('empty'), 'the group "empty" has no hosts');
    assert.equal(note('web:!prod'), '"web:!prod" leaves no host');
    assert.equal(note('empty[0]'), '"empty[0]" leaves no host');
    assert.equal(note('web', 'app1'), '--limit app1 leaves no host of "web"');
    assert.equal(note('localhost', 'web'), '--limit web leaves no host of "localhost"');
  });

  it('tells an inventory without hosts from none at all', () => {
    const bare = inventoryOf('');
    assert.equal(selectHosts(pattern('all'), bare).value.note, 'the inventory has no hosts');
    const none = { ...bare, files: [] };
    assert.equal(selectHosts(pattern('all'), none).value.note, 'no inventory was given (-i)');
    assert.deepEqual(
      selectHosts(pattern('web:db:!x'), none).diagnostics.map((one) => one.hint),
      ['no inventory was given: name one with -i'],
    );
  });
});

describe('host patterns: what is refused', () => {
  const groups = 'groups: app, prod, empty, v6, web';
  const cases: [string, string[]][] = [
    ['wbe', ['unknown-host: there is no host or group "wbe" in the inventory | did you mean "web"?']],
    ['web:!appp', ['unknown-host: there is no host or group "appp" in the inventory | did you mean "app"?']],
    ['web:&qqqqqq', [`unknown-host: there is no host or group "qqqqqq" in the inventory | ${groups}`]],
    [
      'xxxxxx,yyyyyy',
      [
        `unknown-host: there is no host or group "xxxxxx" in the inventory | ${groups}`,
        `unknown-host: there is no host or group "yyyyyy" in the inventory | ${groups}`,
      ],
    ],
    ['nobody*', [`unknown-host: no host or group matches "nobody*" | ${groups}`]],
    ['web:&~nobody', [`unknown-host: no host or group matches "~nobody" | ${groups}`]],
    [
      'web[3]',
      [
        'unknown-host: "web[3]" picks a host that is not there: there are 3, counted from 0 | the last one is [2] or [-1]',
      ],
    ],
    ['wbe[0]', ['unknown-host: there is no host or group "wbe" in the inventory | did you mean "web"?']],
    ['', ['bad-pattern: "" is no host pattern | write group, host, a:b, a:&b, a:!b, web*, ~regex or all']],
    [
      'web:!',
      ['bad-pattern: "web:!" is no host pattern | write group, host, a:b, a:&b, a:!b, web*, ~regex or all'],
    ],
    [
      '{{ target }}',
      [
        "bad-pattern: a host pattern can't hold {{ }} | name hosts or groups here, and choose among them with --limit",
      ],
    ],
    ['*[z-a]', ['bad-pattern: "*[z-a]" is no wildcard | a set is written [a-c], a slice of a group [0:2]']],
  ];
  for (const [source, expected] of cases)
    it(source || '(empty)', () => assert.deepEqual(refused(source), expected));

  it('in --limit too, also if only half of it is wrong', () => {
    assert.deepEqual(refused('web', 'web1,wbe2'), [
      'unknown-host: there is no host or group "wbe2" in the inventory | did you mean "web2"?',
    ]);
  });

  const hint = 'write it simpler, such as ~web[0-9]+, or name the groups';
  const dangerous: [string, string][] = [
    ['~(a+)+$', 'repeats a group that holds a repeat or an alternative'],
    ['~(?:a|aa)*x', 'repeats a group that holds a repeat or an alternative'],
    ['~((a?)b){20}', 'repeats a group that holds a repeat or an alternative'],
    ['~(a)\\1', 'refers back to a group'],
    ['~.*a.*b.*c.*d', 'holds more than 3 open-ended repeats'],
    [`~${'a'.repeat(201)}`, 'is longer than 200 characters'],
    ['~web(', 'is no regular expression: unterminated group'],
    ['~*web', 'is no regular expression: nothing to repeat'],
  ];
  for (const [source, message] of dangerous) {
    it(`${source.slice(0, 20)} (${message})`, () =>
      assert.deepEqual(refused(source), [`bad-pattern: ${source} ${message} | ${hint}`]));
  }
});

describe('--limit @file', () => {
  const read = (path: string) =>
    path === 'retry' ? 'web1 # it failed\n\n  app2\r\n' : path === 'nothing' ? '# none\n' : null;

  it('stands for what the file lists', () => {
    assert.deepEqual(readLimit(pattern('@retry'), read), { value: pattern('web1,app2'), diagnostics: [] });
    assert.deepEqual(readLimit(pattern('lone,@retry,!web'), read).value, pattern('lone,web1,app2,!web'));
    assert.deepEqual(readLimit(pattern('web:&app'), read).value, pattern('web:&app'));
  });

  it('must be there, and list somebody', () => {
    const hint = 'a limit file holds one host a line';
    assert.deepEqual(readLimit(pattern('@gone'), read).diagnostics, [
      { code: 'no-limit-file', at: AT, message: 'there is no file gone', hint },
    ]);
    assert.deepEqual(readLimit(pattern('@nothing'), read).diagnostics, [
      { code: 'no-limit-file', at: AT, message: 'the file nothing lists no host', hint },
    ]);
  });
});
