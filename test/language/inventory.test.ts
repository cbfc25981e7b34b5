import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { formatPosition, isError } from '../../src/runner/contract/diagnostic.ts';
import { findHost, type InventoryIo, loadInventory } from '../../src/runner/language/inventory.ts';
import type { InventoryHost } from '../../src/runner/language/model.ts';
import { expandRange } from '../../src/runner/language/range.ts';

type Files = Readonly<Record<string, string>>;

function disk(files: Files, opened: string[] = []): InventoryIo {
  const paths = Object.keys(files);
  return {
    read: (path) => {
      opened.push(path);
      return files[path] ?? null;
    },
    list: (dir) => {
      const start = dir === '.' ? '' : `${posix.normalize(dir)}/`;
      const inside = paths
        .filter((path) => path.startsWith(start))
        .map((path) => path.slice(start.length).split('/')[0]!);
      return [...new Set(inside)];
    },
    isDirectory: (path) => paths.some((one) => one.startsWith(`${posix.normalize(path)}/`)),
    display: (path) => path,
  };
}

function load(files: Files, paths = ['inv.yaml']) {
  const { value, diagnostics } = loadInventory(paths, disk(files));
  return { inventory: value, diagnostics };
}

function good(files: Files, paths?: string[]) {
  const { inventory, diagnostics } = load(files, paths);
  assert.deepEqual(diagnostics, []);
  return inventory;
}

/** Everything said, in the words and places that a person sees. */
function said(files: Files, paths?: string[]): string[] {
  return load(files, paths).diagnostics.map(
    (d) =>
      `${d.at ? `${formatPosition(d.at)}: ` : ''}${isError(d) ? '' : 'warning: '}${d.code}: ${d.message}${d.hint ? ` | ${d.hint}` : ''}`,
  );
}

function valuesOf(host: InventoryHost | undefined): Record<string, unknown> {
  assert.ok(host);
  const values = host.layers
    .flatMap((layer) => [...layer.variables.values()])
    .map((v) => [v.name, v.value.constant]);
  return Object.fromEntries(values);
}

describe('inventory: what it reads', () => {
  it('reads nested groups, hosts with and without variables, in the order of the file', () => {
    const inventory = good({
      'inv.yaml': [
        'all:',
        '  vars: {ntp: a}',
        '  hosts:',
        '    lone:',
        '  children:',
        '    web:',
        '      hosts:',
        '        web1: {port: 80}',
        '        web2:',
        '      children:',
        '        front:',
        '          hosts: {web3: }',
        'db: {hosts: db1, vars: {ntp: b}}',
      ].join('\n'),
    });
    assert.deepEqual([...inventory.hosts.keys()], ['lone', 'web1', 'web2', 'web3', 'db1']);
    assert.deepEqual(inventory.hosts.get('web3')!.groups, ['web', 'front']);
    assert.deepEqual(inventory.hosts.get('lone')!.groups, ['ungrouped']);
    assert.deepEqual(inventory.groups.get('web')!.hosts, ['web1', 'web2', 'web3']);
    assert.deepEqual(inventory.groups.get('web')!.children, ['front']);
    assert.deepEqual(inventory.groups.get('all')!.children, ['ungrouped', 'web', 'db']);
    assert.deepEqual(inventory.groups.get('all')!.hosts, ['lone', 'web1', 'web2', 'web3', 'db1']);
    assert.deepEqual(inventory.groups.get('ungrouped')!.hosts, ['lone']);
    assert.deepEqual(valuesOf(inventory.hosts.get('web1')), { ntp: 'a', port: 80 });
    assert.deepEqual(valuesOf(inventory.hosts.get('db1')), { ntp: 'b' });
  });

  it('merges a group that occurs in several places and several files, later values on top', () => {
    const files = {
      'a.yaml': 'web: {hosts: {w1: {x: 1}}, vars: {color: red, kept: 1}}\nprod: {children: {web: }}',
      'b.yaml': 'prod: {vars: {env: prod}}\nweb: {hosts: {w1: {x: 2}, w2: }, vars: {color: blue}}',
    };
    const inventory = good(files, ['a.yaml', 'b.yaml']);
    assert.deepEqual(inventory.files, ['a.yaml', 'b.yaml']);
    assert.deepEqual(valuesOf(inventory.hosts.get('w1')), { env: 'prod', color: 'blue', kept: 1, x: 2 });
    assert.deepEqual(inventory.hosts.get('w2')!.groups, ['prod', 'web']);
  });

  it('takes a directory for its YAML files, sorted, without group_vars and host_vars', () => {
    const files = {
      'inv/b.yml': 'web: {hosts: {late: }}',
      'inv/a.yaml': 'web: {hosts: {early: }}',
      'inv/group_vars/web.yaml': 'x: 1',
      'inv/.hidden.yaml': 'web: {hosts: {no: }}',
    };
    const inventory = good(files, ['inv']);
    assert.deepEqual(inventory.files, ['inv/a.yaml', 'inv/b.yml']);
    assert.deepEqual([...inventory.hosts.keys()], ['early', 'late']);
    assert.deepEqual(valuesOf(inventory.hosts.get('late')), { x: 1 });
  });

  it('reads group_vars and host_vars above the inventory file, and a child group above its parent', () => {
    const files = {
      'inv/qa.yaml':
        'qa:\n  vars: {a: parent, b: parent}\n  children: {app: {hosts: {h1: {d: host}}, vars: {b: inline}}}',
      'inv/group_vars/all.yml': 'a: all\nc: all',
      'inv/group_vars/qa/1.yaml': 'a: qa1\nd: qa1',
      'inv/group_vars/qa/2.yml': 'a: qa2',
      'inv/group_vars/app.yaml': 'b: app',
      'inv/host_vars/h1.yaml': 'c: mine',
    };
    const inventory = good(files, ['inv/qa.yaml']);
    assert.deepEqual(valuesOf(inventory.hosts.get('h1')), { a: 'qa2', b: 'app', c: 'mine', d: 'host' });
    const labels = inventory.hosts.get('h1')!.layers.map((layer) => layer.label);
    assert.deepEqual(labels, [
      'inv/group_vars/all.yml',
      'vars of group "qa" in inv/qa.yaml',
      'inv/group_vars/qa/1.yaml',
      'inv/group_vars/qa/2.yml',
      'vars of group "app" in inv/qa.yaml',
      'inv/group_vars/app.yaml',
      'vars of host "h1" in inv/qa.yaml',
      'inv/host_vars/h1.yaml',
    ]);
  });

  it('does not open the files of groups and hosts that the inventory lacks', () => {
    const opened: string[] = [];
    const files = {
      'inv/qa.yaml': 'qa: {hosts: {h1: }}',
      'inv/group_vars/prod.yaml': ': not even YAML [',
      'inv/group_vars/prod/vault.yaml': 'x: 1',
      'inv/host_vars/h2.yaml': 'x: 1',
      'inv/group_vars/qa.yaml': 'x: 2',
    };
    const { diagnostics } = loadInventory(['inv/qa.yaml'], disk(files, opened));
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(opened, ['inv/qa.yaml', 'inv/group_vars/qa.yaml']);
  });

  it('shares one layer among the hosts of a range, and the group layers among hosts of the same groups', () => {
    const inventory = good({ 'inv.yaml': 'web: {hosts: {"w[1:3]": {x: 1}, "plain[1:2]": }, vars: {y: 2}}' });
    const [w1, w2] = ['w1', 'w2'].map((name) => inventory.hosts.get(name)!);
    assert.equal(w1!.layers.at(-1), w2!.layers.at(-1));
    assert.equal(inventory.hosts.get('plain1')!.layers, inventory.hosts.get('plain2')!.layers);
  });

  it('takes host:port and -i with names, as Ansible does', () => {
    const inventory = good({ 'inv.yaml': 'web: {hosts: {"w[1:2]:2222": , "[fe80::1]:23": , "fe80::2": }}' });
    assert.deepEqual([...inventory.hosts.keys()], ['w1', 'w2', 'fe80::1', 'fe80::2']);
    assert.deepEqual(valuesOf(inventory.hosts.get('w2')), { ansible_port: 2222 });
    assert.deepEqual(valuesOf(inventory.hosts.get('fe80::1')), { ansible_port: 23 });
    assert.deepEqual([...good({}, ['a1,b[1:2]:24,']).hosts.keys()], ['a1', 'b1', 'b2']);
  });

  it('has an implicit localhost with the variables of all, outside all, reached without ssh', () => {
    const inventory = good({
      'inv.yaml': 'all: {vars: {x: 1, ansible_host: elsewhere, ansible_user: u}, hosts: {h1: }}',
      'host_vars/localhost.yaml': 'y: 2',
    });
    assert.equal(inventory.hosts.has('localhost'), false);
    assert.deepEqual(inventory.groups.get('all')!.hosts, ['h1']);
    const local = findHost(inventory, 'localhost');
    assert.deepEqual(valuesOf(local), { x: 1, ansible_user: 'u', ansible_connection: 'local', y: 2 });
    assert.equal(findHost(inventory, 'h1'), inventory.hosts.get('h1'));
    assert.equal(findHost(inventory, 'h2'), undefined);
    const written = good({ 'inv.yaml': 'web: {hosts: {localhost: {x: 5}}}' });
    assert.deepEqual(valuesOf(findHost(written, 'localhost')), { x: 5 });
    assert.deepEqual(findHost(good({}, []), 'localhost')!.groups, []);
  });

  it('accepts an empty inventory file', () => {
    assert.deepEqual([...good({ 'inv.yaml': '# nobody yet\n' }).hosts.keys()], []);
  });

  it('reads 1,000 hosts in 20 groups quickly', () => {
    const lines = ['all:', '  vars: {dns: 10.0.0.1}', '  children:'];
    for (let g = 0; g < 20; g++) {
      lines.push(`    g${g}:`, `      vars: {role${g}: x}`, '      hosts:');
      for (let h = 0; h < 50; h++)
        lines.push(`        g${g}-h${h}: {ansible_host: 10.0.${g}.${h}, label: "{{ dns }}-${h}"}`);
    }
    const start = process.cpuUsage();
    assert.equal(good({ 'inv.yaml': lines.join('\n') }).hosts.size, 1000);
    // Ten times what it takes, so that a busy machine does not fail the test while a quadratic loop does.
    assert.ok(process.cpuUsage(start).user / 1000 < 3000);
  });
});

describe('inventory: groups that disagree', () => {
  const two = (web: string, db: string, more = '') =>
    `web: {hosts: {h1: , h2: }, vars: {${web}}}\ndb: {hosts: {h1: , h2: }, vars: {${db}}}\n${more}`;

  it('refuses two sibling groups with different values, naming both places', () => {
    assert.deepEqual(said({ 'inv.yaml': two('ntp: a', 'ntp: b') }), [
      'inv.yaml:1:35: group-conflict: "ntp" of host h1 and 1 more has one value in group "db" (inv.yaml:2:34) and another in group "web", and neither group is below the other' +
        ' | give one group the higher ansible_group_priority, or set the variable for the host',
    ]);
  });

  it('does not show the values, which may be secret', () => {
    assert.doesNotMatch(
      JSON.stringify(
        load({ 'inv.yaml': two('p: "s3cr3t1"', 'p: "s3cr3t2"') }).diagnostics.map((d) => d.message),
      ),
      /s3cr3t/,
    );
  });

  it('is content with equal values, written or templated', () => {
    good({ 'inv.yaml': two('ntp: {a: [1, "{{ x }}"]}', 'ntp: {a: [1, "{{ x }}"]}') });
  });

  it('lets ansible_group_priority settle it', () => {
    const inventory = good({ 'inv.yaml': two('ntp: a, ansible_group_priority: 2', 'ntp: b') });
    assert.equal(valuesOf(inventory.hosts.get('h1'))['ntp'], 'a');
  });

  it('lets a variable of the host settle it, for that host only', () => {
    const [message] = said({ 'inv.yaml': two('ntp: a', 'ntp: b'), 'host_vars/h1.yaml': 'ntp: c' });
    assert.match(message!, /"ntp" of host h2 has one value/);
  });

  it('lets a group below both settle it', () => {
    const both =
      'web: {children: {x: }, vars: {ntp: a}}\ndb: {children: {x: }, vars: {ntp: b}}\nx: {hosts: {h1: }, vars: {ntp: c}}';
    assert.equal(valuesOf(good({ 'inv.yaml': both }).hosts.get('h1'))['ntp'], 'c');
  });

  it('does not guess between an aunt and a niece, whatever their depth', () => {
    const text =
      'web: {hosts: {h1: }, vars: {ntp: a}}\ntop: {children: {low: {hosts: {h1: }, vars: {ntp: b}}}}';
    assert.equal(said({ 'inv.yaml': text }).length, 1);
    assert.equal(said({ 'inv.yaml': text.replace('ntp: b', 'ntp: b, ansible_group_priority: 9') }).length, 0);
  });

  it('refuses a priority that is no number', () => {
    assert.deepEqual(said({ 'inv.yaml': 'web: {vars: {ansible_group_priority: high}}' }), [
      'inv.yaml:1:38: wrong-type: ansible_group_priority must be a whole number | the higher one wins; 1 unless given',
    ]);
  });
});

describe('inventory: what it refuses', () => {
  const refusals: [string, string, string][] = [
    [
      'an unknown key of a group',
      'web:\n  host:\n    h1:',
      'inv.yaml:2:3: unknown-key: a group has no key "host" | did you mean "hosts"?',
    ],
    [
      'a host where a section is due',
      'all:\n  app-1.example.com:',
      'inv.yaml:2:3: unknown-key: a group has no key "app-1.example.com" | a group holds hosts:, children: and vars:; a host or variable stands below one of them',
    ],
    [
      'hosts as a list',
      'web:\n  hosts:\n    - h1',
      'inv.yaml:3:5: wrong-type: hosts of the group "web" must be a map, not a list | write "web1:" with a colon, one host a line',
    ],
    [
      'children as a list',
      'web:\n  children: [db]',
      'inv.yaml:2:13: wrong-type: children of the group "web" must be a map, not a list | write "web:" with a colon, one group a line',
    ],
    [
      'vars as a list',
      'web:\n  vars: [a]',
      'inv.yaml:2:9: wrong-type: vars of group "web" must be a map, not a list | write "name: value", one a line',
    ],
    [
      'a host with a lone value',
      'web:\n  hosts:\n    h1: 10.0.0.1',
      'inv.yaml:3:9: wrong-type: vars of host "h1" must be a map, not a single value | write "name: value", one a line',
    ],
    [
      'a group with a lone value',
      'web: 5',
      'inv.yaml:1:6: wrong-type: the group "web" must be a map, not a single value | a group holds hosts:, children: and vars:',
    ],
    ['a list at the top', '- web1', 'inv.yaml:1:1: wrong-type: inv.yaml must hold a map ("name: …" lines)'],
    [
      'a group name that patterns could not say',
      '"web:1": {}',
      'inv.yaml:1:1: bad-name: "web:1" can\'t be the name of a group | letters, digits, _ . and - only, and a letter, digit or _ first',
    ],
    [
      'a host name that leads out of host_vars',
      'web: {hosts: {../../etc/passwd: }}',
      'inv.yaml:1:15: bad-name: "../../etc/passwd" can\'t be the name of a host | letters, digits, _ . and - only; the address goes into ansible_host',
    ],
    [
      'a host name with a dash first',
      'web: {hosts: {-oProxyCommand: }}',
      'inv.yaml:1:15: bad-name: "-oProxyCommand" can\'t be the name of a host | letters, digits, _ . and - only; the address goes into ansible_host',
    ],
    [
      'a variable that no expression could read',
      'web: {vars: {a-b: 1}}',
      'inv.yaml:1:14: bad-name: "a-b" can\'t be the name of a variable | letters, digits and _ only, such as a_b',
    ],
    [
      'a range that ends before it begins',
      'web: {hosts: {"w[5:1]": }}',
      'inv.yaml:1:15: bad-range: the host name "w[5:1]" has a range that ends before it begins | a range is written web[01:20], web[1:10:2] or web[a:f]',
    ],
    [
      'a circle of groups',
      'a: {children: {b: }}\nb: {children: {c: }}\nc: {children: {a: }}',
      'inv.yaml:3:16: group-circle: the group "a" is below itself: a > b > c > a | remove one of these children',
    ],
    [
      'a group that is its own child',
      'a: {children: {a: }}',
      'inv.yaml:1:16: group-circle: the group "a" is below itself: a > a | remove one of these children',
    ],
    [
      'all as a child',
      'a: {children: {all: }}',
      'inv.yaml:1:16: group-circle: "all" can\'t be the child of a group | every group is below it already; remove it here',
    ],
    [
      'an inventory plugin',
      'plugin: aws_ec2\nregions: [x]',
      'inv.yaml:1:1: plugin: inventory plugins are not known here | write the hosts into a YAML file, or have a script write it before the run',
    ],
    [
      'a script',
      '#!/usr/bin/env python3\nprint(1)',
      'inv.yaml:1:1: script: inventory scripts are not run | have the script write a YAML file before the run',
    ],
    [
      'an encrypted file that is cut off',
      '$ANSIBLE_VAULT;1.1;AES256\n6162',
      'inv.yaml:1:1: vault-format: the vault is cut off or damaged | bring the file back as it was written, from version control or a backup',
    ],
    [
      'the ini form, showing the YAML form',
      '# mine\n[app:children]\nfoo\n\n[foo]\nsrv1 ansible_host=10.0.0.1\n',
      'inv.yaml:2:1: ini: this inventory is in ini form; only the YAML form is read | write it so:\nall:\n  children:\n    foo:\n      hosts:\n        srv1:\n          ansible_host: 192.0.2.1',
    ],
    [
      'the ini form without a group',
      'srv1 ansible_host=10.0.0.1 ansible_port=22\n',
      'inv.yaml:1:1: ini: this inventory is in ini form; only the YAML form is read | write it so:\nall:\n  children:\n    web:\n      hosts:\n        srv1:\n          ansible_host: 192.0.2.1',
    ],
  ];
  for (const [what, text, message] of refusals) {
    it(what, () => assert.deepEqual(said({ 'inv.yaml': text }), [message]));
  }

  it('two endings of one name, and a file beside a directory', () => {
    const inventory = 'web: {hosts: {h1: }}\ndb: {hosts: {h1: }}';
    const files = {
      'inv.yaml': inventory,
      'group_vars/web.yaml': 'x: 1',
      'group_vars/web.yml': 'x: 2',
      'group_vars/db.yaml': 'y: 1',
      'group_vars/db/a.yaml': 'y: 2',
      'host_vars/h1/a.yaml': 'z: 1',
      'host_vars/h1/a.yml': 'z: 2',
    };
    const hint = 'keep one of them; it would depend on luck which one counts';
    assert.deepEqual(said(files), [
      `two-files: "db" has its variables in group_vars/db and group_vars/db.yaml | ${hint}`,
      `two-files: "web" has its variables in group_vars/web.yaml and group_vars/web.yml | ${hint}`,
      `two-files: "a" has its variables in host_vars/h1/a.yaml and host_vars/h1/a.yml | ${hint}`,
    ]);
  });

  it('an inventory that is not there', () => {
    assert.deepEqual(said({ 'inv/prod.yaml': 'a: {}' }, ['inv/prd.yaml']), [
      'no-inventory: there is no inventory inv/prd.yaml | did you mean "inv/prod.yaml"?',
    ]);
    assert.deepEqual(said({}, ['x']), ['no-inventory: there is no inventory x']);
  });

  it('a directory without YAML, and warns of files that it passes over', () => {
    assert.deepEqual(said({ 'inv/hosts': '[web]', 'inv/README.md': '' }, ['inv']), [
      'warning: not-read: inv/hosts is not read: of a directory only .yaml, .yml and .json files are | rename it, or name it with -i',
      'no-inventory: the inventory directory inv holds no YAML file | name a file with -i, or add one that ends in .yaml',
    ]);
  });

  it('points at the line with a caret', () => {
    const [refusal] = load({ 'inv.yaml': 'web:\n  host:\n    h1:' }).diagnostics;
    assert.deepEqual(refusal, {
      code: 'unknown-key',
      at: { file: 'inv.yaml', line: 2, column: 3 },
      message: 'a group has no key "host"',
      hint: 'did you mean "hosts"?',
      line: '  host:',
      width: 4,
    });
  });

  it('reads on after a mistake, so that all are said at once', () => {
    const text = 'web: {hots: {}, vars: [1]}\na: {children: {a: }}\ndb: {hosts: {"d[1": }}';
    assert.equal(said({ 'inv.yaml': text }).length, 4);
  });
});

describe('inventory: what it warns of', () => {
  const warnings: [string, string, string][] = [
    [
      'a host with the name of a group',
      'web: {hosts: {web: }}',
      'inv.yaml:1:15: warning: same-name: "web" is the name of a host and of a group | in a pattern it means the group; rename one of them',
    ],
    [
      'a misspelt connection variable',
      'web: {vars: {ansible_hsot: x}}',
      'inv.yaml:1:14: warning: unknown-name: no setting is called ansible_hsot | did you mean "ansible_host"?',
    ],
    [
      'a connection variable without effect',
      'web: {vars: {ansible_shell_type: fish}}',
      'inv.yaml:1:14: warning: no-effect: ansible_shell_type has no effect here | remove it, or leave it for Ansible',
    ],
    [
      'a wish to skip the check of host keys',
      'web: {vars: {ansible_host_key_checking: false}}',
      'inv.yaml:1:14: warning: no-effect: ansible_host_key_checking has no effect here | host keys are always verified; mama_known_hosts names a known_hosts file of your own',
    ],
    [
      'a variable given twice in one file',
      'web: {hosts: {h1: {x: 1}}}\ndb: {hosts: {h1: {x: 2}}}',
      'inv.yaml:2:19: warning: set-twice: x of "h1" was given another value in line 1 | this one counts; remove one of them',
    ],
  ];
  for (const [what, text, message] of warnings) {
    it(what, () => assert.deepEqual(said({ 'inv.yaml': text }), [message]));
  }

  it('but not of what merely concerns Ansible', () => {
    good({
      'inv.yaml':
        'web: {vars: {ansible_python_interpreter: /usr/bin/python3, ansible_pipelining: true, ansible_foo: 1}}',
    });
  });
});

describe('host ranges', () => {
  const names = (text: string) => {
    const expanded = expandRange(text);
    return expanded.kind === 'names' ? expanded.names : expanded.message;
  };

  it("expand as Ansible's do", () => {
    assert.deepEqual(names('plain'), ['plain']);
    assert.deepEqual(names('web[8:11]'), ['web8', 'web9', 'web10', 'web11']);
    assert.deepEqual(names('web[08:11].x'), ['web08.x', 'web09.x', 'web10.x', 'web11.x']);
    assert.deepEqual(names('w[1:10:4]'), ['w1', 'w5', 'w9']);
    assert.deepEqual(names('w[:2]'), ['w0', 'w1', 'w2']);
    assert.deepEqual(names('db-[a:c]'), ['db-a', 'db-b', 'db-c']);
    assert.deepEqual(names('[A:C:2]'), ['A', 'C']);
    assert.deepEqual(names('r[1:2]n[a:b]'), ['r1na', 'r1nb', 'r2na', 'r2nb']);
  });

  it('say what is wrong with them', () => {
    const wrong = (text: string, what: string) =>
      assert.equal(names(text), `the host name "${text}" ${what}`);
    wrong('w[1:2', 'has a bracket without its partner');
    wrong('w[1:2]x[', 'has a bracket without its partner');
    wrong('w[5]', 'has brackets that hold no range');
    wrong('w[1:2:3:4]', 'has brackets that hold no range');
    wrong('w[1:2:0]', 'has a step that is not a whole number from 1: 0');
    wrong('w[a:5]', 'has a range that is neither of numbers nor of single letters of one case');
    wrong('w[a:C]', 'has a range that is neither of numbers nor of single letters of one case');
    wrong('w[08:111]', 'has range ends of different length, with leading zeros');
    wrong('w[1:99999999]', 'stands for more than 10000 hosts');
    wrong('w[1:200][1:200]', 'stands for more than 10000 hosts');
  });
});
