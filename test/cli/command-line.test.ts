import assert from 'node:assert/strict';
import { type Invocation, type PlayOptions, readCommandLine } from '../../src/runner/cli.ts';

/** Those of vaults have tests of their own. */
type Options = Omit<PlayOptions, 'vault'>;

function play(line: string): Options {
  const invocation = readCommandLine(line.split(' '));
  assert.equal(invocation.kind, 'play', JSON.stringify(invocation));
  const { options } = invocation as Extract<Invocation, { kind: 'play' }>;
  const { vault: _vault, ...others } = options as Options & { vault?: unknown };
  return others;
}

function wrong(line: string): string {
  const invocation = readCommandLine(line === '' ? [] : line.split(' '));
  assert.equal(invocation.kind, 'wrong', JSON.stringify(invocation));
  return (invocation as Extract<Invocation, { kind: 'wrong' }>).message;
}

const DEFAULTS: Options = {
  playbooks: ['site.yaml'],
  inventory: [],
  limit: null,
  tags: [],
  skipTags: [],
  extraVars: [],
  check: false,
  diff: false,
  forks: 50,
  user: null,
  privateKey: null,
  connection: null,
  become: false,
  becomeUser: null,
  askBecomePass: false,
  sshArgs: null,
  askPass: false,
  startAtTask: null,
  list: null,
  syntaxCheck: false,
  output: null,
  verbosity: 0,
  junit: null,
  report: null,
  timeout: null,
  forceHandlers: false,
  detailedExitcode: false,
  batching: true,
  yes: false,
};

describe('the command line', () => {
  it('needs a playbook only', () => {
    assert.deepEqual(play('site.yaml'), DEFAULTS);
  });

  it('takes options as Ansible does', () => {
    const cases: readonly (readonly [string, Partial<Options>])[] = [
      ['-bCD', { become: true, check: true, diff: true }],
      ['-vvv', { verbosity: 3 }],
      ['--ssh-common-args -Jbastion', { sshArgs: '-Jbastion' }],
      ['-v --verbose -vD', { verbosity: 3, diff: true }],
      ['-i a -i b,c --inventory=d', { inventory: ['a', 'b,c', 'd'] }],
      ['-ia', { inventory: ['a'] }],
      ['-e a=1 -e @f.yaml --extra-vars {"b":2}', { extraVars: ['a=1', '@f.yaml', '{"b":2}'] }],
      ['-t a,b --tags c -t d', { tags: ['a', 'b', 'c', 'd'] }],
      ['--skip-tags a, --skip-tags b', { skipTags: ['a', 'b'] }],
      ['-l web:!web1', { limit: 'web:!web1' }],
      ['-f10', { forks: 10 }],
      ['--forks 1', { forks: 1 }],
      [
        '-u root --private-key k -c local -T 3',
        { user: 'root', privateKey: 'k', connection: 'local', timeout: 3 },
      ],
      ['--timeout 30', { timeout: 30 }],
      ['--become-user www -K -k', { becomeUser: 'www', askBecomePass: true, askPass: true }],
      ['--start-at-task Restart', { startAtTask: 'Restart' }],
      ['--list-hosts', { list: 'hosts' }],
      ['--list-tasks', { list: 'tasks' }],
      ['--list-tags', { list: 'tags' }],
      ['--syntax-check', { syntaxCheck: true }],
      ['--output plain', { output: 'plain' }],
      ['--output=json', { output: 'json' }],
      [
        '--force-handlers --detailed-exitcode --no-batching',
        { forceHandlers: true, detailedExitcode: true, batching: false },
      ],
      ['--yes', { yes: true }],
      ['other.yaml', { playbooks: ['site.yaml', 'other.yaml'] }],
      ['-- -odd.yaml', { playbooks: ['site.yaml', '-odd.yaml'] }],
    ];
    for (const [line, expected] of cases)
      assert.deepEqual(play(`site.yaml ${line}`), { ...DEFAULTS, ...expected }, line);
    assert.deepEqual(play('-i a site.yaml -C'), { ...DEFAULTS, inventory: ['a'], check: true });
  });

  it('refuses in one line', () => {
    assert.equal(wrong(''), 'no playbook was given: mama-play PLAYBOOK -i INVENTORY');
    assert.equal(wrong('site.yaml --chek'), "unknown option '--chek': did you mean --check?");
    assert.equal(wrong('site.yaml --list'), "unknown option '--list': did you mean --limit?");
    assert.equal(wrong('site.yaml -x'), "unknown option '-x'");
    assert.equal(
      wrong('site.yaml --become-method sudo'),
      "unknown option '--become-method': sudo is the only way to become another user",
    );
    assert.equal(wrong('site.yaml --key-file=x'), "unknown option '--key-file': it is called --private-key");
    assert.equal(wrong('site.yaml -i'), "option '-i, --inventory <path>' argument missing");
    const forks = "option '-f, --forks <n>' argument";
    assert.equal(wrong('site.yaml -f 0'), `${forks} '0' is invalid. It must be a whole number above 0.`);
    assert.equal(wrong('site.yaml -f 1e3'), `${forks} '1e3' is invalid. It must be a whole number above 0.`);
    assert.equal(
      wrong('site.yaml --output xml'),
      "option '--output <kind>' argument 'xml' is invalid. It must be one of tty, plain, json.",
    );
    assert.equal(
      wrong('site.yaml --list-tasks --output json'),
      '--list-tasks prints a text: it does not go with --output json',
    );
  });

  it('knows --version and --help everywhere', () => {
    for (const line of [
      '--version',
      '-v --version',
      'site.yaml --version',
      'doc --version',
      'inventory --version',
    ])
      assert.deepEqual(readCommandLine(line.split(' ')), { kind: 'version' }, line);
    for (const line of ['--help', '-h', 'help', 'site.yaml -h', 'doc -h', 'inventory --help'])
      assert.equal(readCommandLine(line.split(' ')).kind, 'help', line);
  });

  it('has a help of at most 80 columns that names every option and every exit code', () => {
    for (const line of ['--help', 'doc --help', 'inventory --help']) {
      const help = readCommandLine(line.split(' ')) as Extract<Invocation, { kind: 'help' }>;
      assert.deepEqual(
        help.text.split('\n').filter((one) => [...one].length > 80),
        [],
      );
      assert.match(help.text, /^Usage: mama-play/);
      assert.match(help.text, /[^\n]\n$/);
    }
    const { text } = readCommandLine(['--help']) as Extract<Invocation, { kind: 'help' }>;
    const options =
      '-i -l -t --skip-tags -e -C -D -f -u --private-key -b --become-user -K -k -c --start-at-task --list-hosts ' +
      '--list-tasks --list-tags --syntax-check --output -v --timeout --force-handlers --detailed-exitcode --no-batching --yes';
    for (const option of options.split(' ')) assert.ok(text.includes(` ${option}`), option);
    for (const code of [0, 1, 2, 3, 4, 5, 130, 70]) assert.match(text, new RegExp(`^ +${code} {2}`, 'm'));
  });

  it('reads inventory and doc', () => {
    const read = (line: string) => readCommandLine(line.split(' '));
    const shared = { inventory: ['i'], limit: null };
    const show = (line: string) => {
      const invocation = read(`inventory -i i ${line}`);
      assert.equal(invocation.kind, 'inventory');
      const { vault: _vault, ...options } = (invocation as { options: object & { vault?: unknown } }).options;
      return options;
    };
    assert.deepEqual(show('--list'), { ...shared, show: { kind: 'list' } });
    assert.deepEqual(show('--graph'), { ...shared, show: { kind: 'graph', vars: false } });
    assert.deepEqual(show('--graph web --vars'), {
      ...shared,
      show: { kind: 'graph', group: 'web', vars: true },
    });
    assert.deepEqual(show('--host h'), { ...shared, show: { kind: 'host', host: 'h' } });
    assert.deepEqual(show('--list -l a'), { ...shared, limit: 'a', show: { kind: 'list' } });
    assert.equal(wrong('inventory -i i'), 'give one of --list, --graph, --host NAME');
    assert.equal(wrong('inventory -i i --list --graph'), 'give one of --list, --graph, --host NAME');
    assert.equal(
      wrong('inventory --list'),
      'no inventory was given: mama-play inventory -i INVENTORY --graph',
    );
    assert.equal(wrong('inventory -i i --list web'), 'a group ("web") goes with --graph only');
    assert.equal(wrong('inventory -i i --host h --vars'), '--vars goes with --graph only');
    assert.deepEqual(read('doc'), { kind: 'doc', type: null });
    assert.deepEqual(read('doc copy'), { kind: 'doc', type: 'copy' });
    assert.match(wrong('doc a b'), /^too many arguments/);
  });
});
