import assert from 'node:assert/strict';
import type { Diagnostic } from '../../src/runner/contract/diagnostic.ts';
import type { Json } from '../../src/runner/contract/json.ts';
import { loadInventory } from '../../src/runner/language/inventory.ts';
import type { Evaluated, Scope } from '../../src/runner/language/model.ts';
import { parseSshArgs, splitWords } from '../../src/runner/plan/ssh-args.ts';
import { becomeDefaults, type ConnectionFlags, resolveTarget } from '../../src/runner/plan/target.ts';

const FLAGS: ConnectionFlags = { inventoryDir: '/project/inventory', home: '/home/me' };

function scopeOf(variables: Readonly<Record<string, Json | Evaluated>>): Scope {
  return {
    get: (name) => {
      const value = variables[name];
      if (value === undefined) return undefined;
      const evaluated = typeof value === 'object' && value !== null && 'kind' in value;
      return evaluated ? (value as Evaluated) : { kind: 'value', value: value as Json };
    },
    names: () => Object.keys(variables),
  };
}

function target(variables: Readonly<Record<string, Json>>, flags: Partial<ConnectionFlags> = {}) {
  const resolved = resolveTarget('h1', scopeOf(variables), { ...FLAGS, ...flags });
  assert.ok('target' in resolved, JSON.stringify(resolved));
  return resolved.target;
}

const said = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.map((one) => `${one.code}: ${one.message}${one.hint ? ` | ${one.hint}` : ''}`);

function refused(
  variables: Readonly<Record<string, Json | Evaluated>>,
  flags: Partial<ConnectionFlags> = {},
) {
  const resolved = resolveTarget('h1', scopeOf(variables), { ...FLAGS, ...flags });
  assert.ok('diagnostics' in resolved, JSON.stringify(resolved));
  return said(resolved.diagnostics);
}

describe('target: how a host is reached', () => {
  it('needs nothing but a name', () => {
    assert.deepEqual(target({}), { name: 'h1', via: 'ssh', address: 'h1', connectTimeout: 10 });
  });

  it('takes the variables of Ansible', () => {
    const all = {
      ansible_host: '10.0.0.1',
      ansible_port: 2222,
      ansible_user: 'deploy',
      ansible_password: 'p1',
      ansible_become_password: 'p2',
      ansible_ssh_private_key_passphrase: 'p3',
      ansible_ssh_private_key_file: '~/.ssh/id',
      ansible_connection: 'smart',
      ansible_ssh_timeout: 4,
      mama_known_hosts: 'known_hosts',
      mama_ssh_config: 'none',
    };
    assert.deepEqual(target(all), {
      name: 'h1',
      via: 'ssh',
      address: '10.0.0.1',
      port: 2222,
      user: 'deploy',
      privateKeyFile: '/home/me/.ssh/id',
      passphrase: 'p3',
      password: 'p1',
      becomePassword: 'p2',
      knownHostsFile: '/project/inventory/known_hosts',
      sshConfigFile: 'none',
      connectTimeout: 4,
    });
  });

  it('takes their older names, and digits that -e gave as text', () => {
    const old = {
      ansible_ssh_host: 'a',
      ansible_ssh_port: '22',
      ansible_ssh_user: 'u',
      ansible_ssh_pass: 'p',
      ansible_become_pass: 'b',
      ansible_private_key_file: '/k',
      ansible_timeout: '7',
    };
    assert.deepEqual(target(old), {
      name: 'h1',
      via: 'ssh',
      address: 'a',
      port: 22,
      user: 'u',
      privateKeyFile: '/k',
      password: 'p',
      becomePassword: 'b',
      connectTimeout: 7,
    });
  });

  it('lets the variables of the host count above the command line, as Ansible does', () => {
    const flags = {
      user: 'f',
      privateKeyFile: '/here/key',
      timeout: 3,
      password: 'x',
      passphrase: 'y',
      becomePassword: 'z',
    };
    const given = target({}, { ...flags, connection: 'openssh' });
    assert.deepEqual(given, {
      name: 'h1',
      via: 'openssh',
      address: 'h1',
      user: 'f',
      privateKeyFile: '/here/key',
      passphrase: 'y',
      password: 'x',
      becomePassword: 'z',
      connectTimeout: 3,
    });
    const both = target({ ansible_user: 'v', ansible_connection: 'ssh', ansible_timeout: 5 }, flags);
    assert.deepEqual([both.user, both.via, both.connectTimeout], ['v', 'ssh', 5]);
  });

  it('local needs no address', () => {
    const local = target(
      { ansible_connection: 'local', ansible_host: 'x' },
      { becomePassword: 'z', user: 'u' },
    );
    assert.deepEqual(local, {
      name: 'h1',
      via: 'local',
      address: 'localhost',
      becomePassword: 'z',
      connectTimeout: 10,
    });
  });

  it('takes a variable that is null for one that is not set', () => {
    assert.equal(target({ ansible_user: null, ansible_ssh_user: 'u' }).user, 'u');
  });
});

describe('target: options of ssh', () => {
  const fields = (text: string) => {
    const { name: _, via: __, address: ___, ...rest } = target({ ansible_ssh_common_args: text });
    return rest;
  };

  it('understands those that the ssh connection can do', () => {
    assert.deepEqual(
      fields(
        '-J me@bastion:22 -F "my ssh.cfg" -o UserKnownHostsFile=~/kh -o "Port 23" -oUser=u -i keys/id -o ConnectTimeout=9',
      ),
      {
        proxyJump: 'me@bastion:22',
        sshConfigFile: '/project/inventory/my ssh.cfg',
        knownHostsFile: '/home/me/kh',
        port: 23,
        user: 'u',
        privateKeyFile: '/project/inventory/keys/id',
        connectTimeout: 9,
      },
    );
    assert.deepEqual(fields('-Jb1,b2 -o proxyjump=late'), { proxyJump: 'b1,b2', connectTimeout: 10 });
    assert.deepEqual(fields('-o ProxyJump=none'), { connectTimeout: 10 });
  });

  it('passes over what makes no difference', () => {
    const usual =
      '-C -q -o ControlMaster=auto -o ControlPersist=60s -o ControlPath="%h" -o TCPKeepAlive=yes -o StrictHostKeyChecking=yes';
    assert.deepEqual(fields(usual), { connectTimeout: 10 });
    assert.deepEqual(fields(''), { connectTimeout: 10 });
  });

  it('asks a silent line as often as ServerAliveInterval says, over either connection', () => {
    const often = '-o ServerAliveInterval=2 -o ServerAliveCountMax=5';
    assert.deepEqual(fields(often).keepalive, { interval: 2, count: 5 });
    const openssh = { ansible_connection: 'openssh', ansible_ssh_common_args: '-o ServerAliveInterval=0' };
    assert.deepEqual(target(openssh).keepalive, { interval: 0, count: 3 });
    assert.deepEqual(refused({ ansible_ssh_common_args: '-o ServerAliveInterval=5m' }), [
      'bad-connection: ServerAliveInterval=5m with ServerAliveCountMax=3 is no keepalive | give seconds, and a count above 0',
    ]);
  });

  it('reads --ssh-common-args and all three variables, the first of a kind counts, a variable of its own above', () => {
    const variables = {
      ansible_ssh_common_args: '-p 1',
      ansible_ssh_extra_args: '-p 2 -l late',
      ansible_user: 'u',
    };
    const resolved = target(variables, { sshArgs: '-J first' });
    assert.deepEqual([resolved.proxyJump, resolved.port, resolved.user], ['first', 1, 'u']);
  });

  it('hands them to openssh as they are, but for relative paths', () => {
    const args =
      '-F ssh.cfg -o "ProxyCommand=ssh -W %h:%p b" -o UserKnownHostsFile=kh -i ~/id -4 -o UserKnownHostsFile="a b"';
    const resolved = target({ ansible_connection: 'openssh', ansible_ssh_common_args: args });
    assert.deepEqual(resolved.sshArgs, [
      ...['-F', '/project/inventory/ssh.cfg', '-o', 'ProxyCommand=ssh -W %h:%p b'],
      ...[
        '-o',
        'UserKnownHostsFile=/project/inventory/kh',
        '-i',
        '~/id',
        '-4',
        '-o',
        'UserKnownHostsFile=a b',
      ],
    ]);
    assert.equal(resolved.sshConfigFile, undefined);
  });

  const openssh = "set ansible_connection: openssh, which hands every option to the system's ssh";
  const cases: [string, string][] = [
    [
      '-o ProxyCommand="ssh -W %h:%p b"',
      `the ssh connection does not know -o ProxyCommand of ansible_ssh_common_args | write -J user@jumphost instead, or ${openssh}`,
    ],
    [
      '-o StrictHostKeyChecking=no',
      'the ssh connection does not know -o StrictHostKeyChecking of ansible_ssh_common_args | host keys are always verified: put the key into a known_hosts file, and name that in mama_known_hosts',
    ],
    [
      '-o UserKnownHostsFile="a b"',
      `the ssh connection does not know -o UserKnownHostsFile of ansible_ssh_common_args | name one file, or ${openssh}`,
    ],
    ['-D 1080', `the ssh connection does not know -D of ansible_ssh_common_args | ${openssh}`],
    ['-6', `the ssh connection does not know -6 of ansible_ssh_common_args | ${openssh}`],
    [
      '-o "Port=22',
      'ansible_ssh_common_args has a quote that is never closed | write it as on a command line, such as -o ProxyJump=bastion',
    ],
    [
      'ProxyJump=b',
      'ansible_ssh_common_args holds "ProxyJump=b", which is no option of ssh | write it as on a command line, such as -o ProxyJump=bastion',
    ],
    [
      '-C -o',
      'ansible_ssh_common_args ends with -o, which takes a value | write it as on a command line, such as -o ProxyJump=bastion',
    ],
    ['-p 70000', '"70000" in the ssh options is no port'],
  ];
  for (const [text, message] of cases) {
    it(`refuses ${text}`, () =>
      assert.deepEqual(refused({ ansible_ssh_common_args: text }), [`bad-connection: ${message}`]));
  }

  it('splits words as a shell does', () => {
    assert.deepEqual(splitWords(` a 'b  c'd "e \\" \\x $f" g\\ h '' `), [
      'a',
      'b  cd',
      'e " \\x $f',
      'g h',
      '',
    ]);
    assert.deepEqual(splitWords(''), []);
    for (const open of ["'a", '"a', 'a\\']) assert.equal(splitWords(open), null);
    assert.deepEqual(parseSshArgs('-qCJb'), {
      kind: 'options',
      options: [
        { key: '-q', value: '', shown: '-q', words: ['-q'] },
        { key: '-C', value: '', shown: '-C', words: ['-C'] },
        { key: 'proxyjump', value: 'b', shown: '-J', words: ['-J', 'b'] },
      ],
    });
  });
});

describe('target: what is refused', () => {
  const cases: [Record<string, Json>, string][] = [
    [{ ansible_port: 'abc' }, 'ansible_port must be a whole number from 1 to 65535, not "abc"'],
    [{ ansible_port: 0 }, 'ansible_port must be a whole number from 1 to 65535, not 0'],
    [{ ansible_port: 22.5 }, 'ansible_port must be a whole number from 1 to 65535, not 22.5'],
    [{ ansible_port: [22] }, 'ansible_port must be a whole number from 1 to 65535, not a list'],
    [{ ansible_timeout: true }, 'ansible_timeout must be a whole number from 1 to 86400, not true'],
    [{ ansible_user: 1000 }, 'ansible_user must be a text, not a number | quote it: ansible_user: "1000"'],
    [{ ansible_user: '' }, 'ansible_user is empty | remove it, or give it a value'],
    [
      { ansible_host: '-oProxyCommand=x' },
      'ansible_host is "-oProxyCommand=x": it must not begin with - or hold a blank',
    ],
    [
      { ansible_host: '[::1]' },
      'ansible_host is an address or a name, without brackets and port, not "[::1]" | write ansible_host: "::1"',
    ],
    [
      { ansible_host: '10.0.0.1:2222' },
      'ansible_host is an address or a name, without brackets and port, not "10.0.0.1:2222" | write ansible_host: "10.0.0.1", ansible_port: 2222',
    ],
    [{ ansible_user: 'a b' }, 'ansible_user is "a b": it must not begin with - or hold a blank'],
    [{ ansible_host: { a: 1 } }, 'ansible_host must be a text, not a map'],
    [{ mama_known_hosts: 'a\nb' }, 'mama_known_hosts must be one line'],
    [
      { ansible_connection: 'paramiko' },
      'there is no paramiko connection | ssh does the same; remove it, or write ssh',
    ],
    [
      { ansible_connection: 'docker' },
      'ansible_connection can\'t be "docker" | it can be ssh or openssh or local',
    ],
    [{ ansible_connection: 'opensh' }, 'ansible_connection can\'t be "opensh" | did you mean "openssh"?'],
  ];
  for (const [variables, message] of cases) {
    it(message, () => assert.deepEqual(refused(variables), [`bad-connection: ${message}`]));
  }

  it('a wrong -c', () => {
    assert.deepEqual(refused({}, { connection: 'winrm' }), [
      'bad-connection: --connection can\'t be "winrm" | it can be ssh or openssh or local',
    ]);
  });

  it('never shows a password', () => {
    assert.deepEqual(refused({ ansible_password: 31337, ansible_become_password: ['31337'] }), [
      'bad-connection: ansible_password must be a text, not a number',
      'bad-connection: ansible_become_password must be a text, not a list',
    ]);
  });

  it("says all at once, also what can't be known or evaluated", () => {
    const fault: Diagnostic = { code: 'undefined-variable', message: 'there is no variable x' };
    const variables: Record<string, Evaluated | Json> = {
      ansible_host: { kind: 'fault', diagnostic: fault },
      ansible_port: { kind: 'unknown', because: 'the task "ask" has not run yet' },
      ansible_user: 5,
    };
    assert.deepEqual(refused(variables), [
      'undefined-variable: there is no variable x',
      'bad-connection: ansible_port must be known before connecting, and is not: the task "ask" has not run yet',
      'bad-connection: ansible_user must be a text, not a number | quote it: ansible_user: "5"',
    ]);
  });

  it('points at the value in the inventory where it knows it', () => {
    const io = {
      read: () => 'web:\n  hosts:\n    h1:\n      ansible_port: twenty-two\n',
      list: () => [],
      isDirectory: () => false,
      display: (path: string) => path,
    };
    const variable = loadInventory(['inv.yaml'], io)
      .value.hosts.get('h1')!
      .layers[0]!.variables.get('ansible_port')!;
    const scope = { ...scopeOf({ ansible_port: 'twenty-two' }), origin: () => variable };
    assert.deepEqual(resolveTarget('h1', scope, FLAGS), {
      diagnostics: [
        {
          code: 'bad-connection',
          at: { file: 'inv.yaml', line: 4, column: 21 },
          message: 'ansible_port must be a whole number from 1 to 65535, not "twenty-two"',
          line: '      ansible_port: twenty-two',
          width: 10,
        },
      ],
    });
  });
});

describe('become, where a task leaves it open', () => {
  const become = (variables: Readonly<Record<string, Json>>, flags: Partial<ConnectionFlags> = {}) => {
    const resolved = becomeDefaults(scopeOf(variables), { ...FLAGS, ...flags });
    return 'become' in resolved ? resolved.become : said(resolved.diagnostics);
  };

  it('is off, and root', () => {
    assert.deepEqual(become({}), { active: false, user: 'root', method: 'sudo' });
  });

  it('is as the command line says, or the host', () => {
    const flags = { become: true, becomeUser: 'app', becomePassword: 'f' };
    assert.deepEqual(become({}, flags), { active: true, user: 'app', method: 'sudo', password: 'f' });
    const variables = { ansible_become: 'false', ansible_become_user: 'db', ansible_become_pass: 'v' };
    assert.deepEqual(become(variables, flags), { active: false, user: 'db', method: 'sudo', password: 'v' });
    assert.deepEqual(become({ ansible_become: true, ansible_become_method: 'sudo' }), {
      active: true,
      user: 'root',
      method: 'sudo',
    });
  });

  it('refuses other methods, and words that are no boolean', () => {
    assert.deepEqual(
      become({ ansible_become: 'yes', ansible_become_method: 'su', ansible_become_user: '-x' }),
      [
        'bad-connection: ansible_become_method can\'t be "su" | it can be sudo',
        'bad-connection: ansible_become must be true or false, not "yes" | write true',
        'bad-connection: ansible_become_user is "-x": it must not begin with - or hold a blank',
      ],
    );
    assert.deepEqual(become({ ansible_become: 1 }), [
      'bad-connection: ansible_become must be true or false, not 1',
    ]);
  });
});
