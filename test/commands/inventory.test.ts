import assert from 'node:assert/strict';
import { type InventoryView, inventoryCommand } from '../../src/runner/commands/inventory.ts';
import { loadInventory } from '../../src/runner/language/inventory.ts';
import type { InventoryHost, Scope } from '../../src/runner/language/model.ts';

const TEXT = `
all:
  vars: {tz: UTC}
  hosts: {lone: }
  children:
    db:
      hosts: {db1: {note: "{{ tz }}!", later: "{{ given_by_a_play }}"}}
prod:
  vars: {env: prod}
  children: {db: }
  hosts: {db1: , app1: {ports: [80, 443]}}
empty:
`;

function ask(view: InventoryView, limit?: string) {
  const io = { read: () => TEXT, list: () => [], isDirectory: () => false, display: (path: string) => path };
  const { value: inventory, diagnostics } = loadInventory(['inv.yaml'], io);
  assert.deepEqual(diagnostics, []);
  const at = { file: '--limit', line: 1, column: 1 };
  return inventoryCommand({ view, inventory, scopeOf, ...(limit ? { limit: { source: limit, at } } : {}) });
}

function scopeOf(host: InventoryHost): Scope {
  return {
    get(name) {
      const layer = host.layers.findLast((one) => one.variables.has(name));
      return layer?.variables.get(name)?.value.evaluate(this);
    },
    names: () => [],
  };
}

// The expected texts are those of ansible-inventory 2.14 on the same file, with {{ tz }} evaluated.
describe('mama-play inventory', () => {
  it('--list has the shape of an Ansible inventory script', () => {
    const { text, diagnostics } = ask({ kind: 'list' });
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(JSON.parse(text!), {
      _meta: {
        hostvars: {
          app1: { env: 'prod', ports: [80, 443], tz: 'UTC' },
          db1: { env: 'prod', later: '{{ given_by_a_play }}', note: 'UTC!', tz: 'UTC' },
          lone: { tz: 'UTC' },
        },
      },
      all: { children: ['ungrouped', 'db', 'prod', 'empty'] },
      db: { hosts: ['db1'] },
      prod: { children: ['db'], hosts: ['db1', 'app1'] },
      ungrouped: { hosts: ['lone'] },
    });
    assert.match(text!, /^\{\n {4}"_meta": \{\n {8}"hostvars": \{\n {12}"app1": \{\n/);
  });

  it('--list keeps to --limit', () => {
    const listed = JSON.parse(ask({ kind: 'list' }, 'lone').text!);
    assert.deepEqual(listed, {
      _meta: { hostvars: { lone: { tz: 'UTC' } } },
      all: { children: ['ungrouped', 'db', 'prod', 'empty'] },
      prod: { children: ['db'] },
      ungrouped: { hosts: ['lone'] },
    });
  });

  it('--graph draws the tree', () => {
    const lines = ['@all:', '  |--@ungrouped:', '  |  |--lone', '  |--@db:', '  |  |--db1'];
    const below = [
      '  |--@prod:',
      '  |  |--@db:',
      '  |  |  |--db1',
      '  |  |--db1',
      '  |  |--app1',
      '  |--@empty:',
    ];
    assert.equal(ask({ kind: 'graph' }).text, [...lines, ...below].join('\n'));
    assert.equal(ask({ kind: 'graph', group: 'db' }).text, '@db:\n  |--db1');
  });

  it('--graph --vars shows variables', () => {
    const pairs = ['env = prod', 'ports = [80,443]', 'tz = UTC'].map((pair) => `  |  |--{${pair}}`);
    const expected = ['@prod:', '  |--@db:', '  |--app1', ...pairs, '  |--{env = prod}'];
    assert.equal(ask({ kind: 'graph', group: 'prod', vars: true }, 'app1').text, expected.join('\n'));
  });

  it('--host shows the values of one host, localhost too', () => {
    assert.deepEqual(JSON.parse(ask({ kind: 'host', host: 'lone' }).text!), { tz: 'UTC' });
    assert.deepEqual(JSON.parse(ask({ kind: 'host', host: 'localhost' }).text!), {
      ansible_connection: 'local',
      tz: 'UTC',
    });
  });

  it('refuses names that are not there', () => {
    assert.deepEqual(ask({ kind: 'host', host: 'app11' }), {
      text: null,
      diagnostics: [
        {
          code: 'unknown-host',
          message: 'there is no host "app11" in the inventory',
          hint: 'did you mean "app1"?',
        },
      ],
    });
    assert.deepEqual(ask({ kind: 'graph', group: 'nobody' }), {
      text: null,
      diagnostics: [
        {
          code: 'unknown-group',
          message: 'there is no group "nobody" in the inventory',
          hint: 'mama-play inventory --graph shows what there is',
        },
      ],
    });
    assert.equal(ask({ kind: 'list' }, 'pord').text, null);
    assert.deepEqual(
      ask({ kind: 'list' }, 'pord').diagnostics.map((one) => one.hint),
      ['did you mean "prod"?'],
    );
  });
});
