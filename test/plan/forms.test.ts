import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere, writeFiles } from '../engine/run-here.ts';

/** What refusals of Ansible's forms tell to write (test/corpus/foreign.txt): each must be taken. */
const FORMS = `
    - debug: { msg: "{{ item.key }}" }
      loop: 'groups.map(k, {"key": k, "value": groups[k]})'
    - debug: { msg: "{{ item }}" }
      loop: groups.web + groups.db
    - debug: { msg: "{{ item }}" }
      loop: "has(vars.users) ? users : []"
    - command: echo {{ item }}
      loop: [a]
      register: r
    - debug: { msg: "{{ item }}" }
      loop: r.results.map(x, x.stdout)
    - debug: { msg: "{{ item }}" }
      loop: groups.web.filter(x, !(x in groups.db))
    - command: uptime
      register: up
    - debug: { msg: x }
      when:
        - inventory_hostname.matches("web.*") && has(vars.port)
        - "!((has(vars.flag) ? flag : false))"
        - "!up.stdout.contains('load') && up.rc == 0"
        - up.stdout_lines[0] == "x" && up.changed
        - size(groups["web"]) > 0
        - "!(up.rc in [0, 1])"
        - type(port) == int && int(port) > 8
        - ansible_version.major >= 0 && ansible_verbosity >= 0
    - debug:
        msg: '{{ lookup (lookup hostvars inventory_hostname) "port" }} {{ lookup (split inventory_hostname ".") 0 }}'
    - debug:
        msg: '{{ lookup (lookup hostvars groups.web.[0]) "port" }} {{#if (eq port 80)}}a{{else}}b{{/if}}'
    - debug:
        msg: '{{ default none 80 }} {{ replace (upper inventory_hostname) "A" "b" }} {{#if (and port port)}}x{{/if}}'
    - debug:
        msg: '{{#each groups}}{{ @key }} {{ join this "," }}{{/each}}'
    - file: { path: /srv/x, state: directory, mode: "{{ default mode null }}" }
`;

describe('what is told to write instead', () => {
  it('is taken', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mama-forms-'));
    try {
      writeFiles(dir, {
        'i.yaml':
          'all: { vars: { ansible_connection: local, port: 80 }, children: { web: { hosts: { web1: } }, db: { hosts: { db1: } } } }\n',
        'p.yaml': `- hosts: web\n  tasks:${FORMS}`,
      });
      const { refused } = await runHere(dir, ['p.yaml', '-i', 'i.yaml', '--check']);
      assert.deepEqual(refused, []);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
