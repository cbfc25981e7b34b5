import { refusals } from './refusals.ts';

refusals('what is refused in plays', [
  {
    title: 'a key that a play does not know',
    files: {
      'site.yaml': `
        - hots: all
          hosts: all
      `,
    },
    refused: ['unknown-key site.yaml:1:3 "hots" is not a key of a play (did you mean "hosts"?)'],
  },
  {
    title: 'a condition for a whole play',
    files: {
      'site.yaml': `
        - hosts: all
          when: x
      `,
    },
    refused: [
      'unknown-key site.yaml:2:3 "when" is not a key of a play (put it on the tasks, or on a block around them)',
    ],
  },
  {
    title: 'a play without hosts',
    files: {
      'site.yaml': '- tasks: []',
    },
    refused: ['missing-key site.yaml:1:3 a play needs "hosts" (hosts: all, or a group, a host, a pattern)'],
  },
  {
    title: 'a playbook that is a map',
    files: {
      'site.yaml': 'hosts: all',
    },
    refused: [
      'wrong-type site.yaml:1:1 a playbook holds a list of plays, not a map (begin each play with "- ")',
    ],
  },
  {
    title: 'an empty playbook',
    files: {
      'site.yaml': '',
    },
    refused: ['empty-playbook site.yaml:1:1 site.yaml holds no plays (write - hosts: all, and its tasks)'],
  },
  {
    title: 'a playbook of comments',
    files: {
      'site.yaml': '# hi',
    },
    refused: ['empty-playbook site.yaml:1:1 site.yaml holds no plays (write - hosts: all, and its tasks)'],
  },
  {
    title: 'a play that is a name',
    files: {
      'site.yaml': '- all',
    },
    refused: ['wrong-type site.yaml:1:3 a play is a map, not the text "all"'],
  },
  {
    title: "keys of Ansible's plays",
    files: {
      'site.yaml': `
        - hosts: all
          vars_prompt: []
          collections: [x]
          remote_user: x
          user: y
      `,
    },
    refused: [
      'foreign-key site.yaml:2:3 "vars_prompt" is not known: a run asks no questions, so that it can be repeated (give the value with -e name=value, or -e @file)',
      'foreign-key site.yaml:3:3 "collections" is not known: task types have no namespaces (remove it)',
      'foreign-key site.yaml:4:3 "remote_user" is not known: the inventory says where and how to connect (set ansible_user in the inventory, or use -u)',
      'foreign-key site.yaml:5:3 "user" is not known: the inventory says where and how to connect (set ansible_user in the inventory, or use -u)',
    ],
  },
  {
    title: 'serial, max_fail_percentage, strategy and order',
    files: {
      'site.yaml': `
        - hosts: all
          serial: -1
        - hosts: all
          serial: [1, "30%", "x", 101%]
        - hosts: all
          serial: []
        - hosts: all
          max_fail_percentage: 30%
          strategy: fre
          order: random
      `,
    },
    refused: [
      'wrong-type site.yaml:2:11 "serial" takes a number of hosts (0: all of them), a share such as "30%", or a list of these, not the number -1',
      'wrong-type site.yaml:4:22 "serial" takes a number of hosts (0: all of them), a share such as "30%", or a list of these, not the text "x"',
      'wrong-type site.yaml:4:27 "serial" takes a number of hosts (0: all of them), a share such as "30%", or a list of these, not the text "101%"',
      'wrong-type site.yaml:6:11 "serial" takes a number of hosts, not a list',
      'wrong-type site.yaml:8:24 "max_fail_percentage" takes a number from 0 to 100, not the text "30%" (write 30)',
      'wrong-type site.yaml:9:13 "strategy" takes one of free, linear, not the text "fre" (did you mean "free"?)',
      'wrong-type site.yaml:10:10 "order" takes one of inventory, sorted, reverse_sorted, reverse_inventory, shuffle, not the text "random"',
    ],
  },
  {
    title: 'vars_files that are not there',
    files: {
      'site.yaml': `
        - hosts: all
          vars_files: [a.yaml, "{{ x }}.yaml"]
      `,
    },
    refused: [
      'missing-file site.yaml:2:16 there is no file "a.yaml" (looked for a.yaml)',
      `not-constant site.yaml:2:24 "vars_files" can't hold variables (what differs from host to host belongs into group_vars/ or host_vars/; for one run give -e @file)`,
    ],
  },
  {
    title: 'names of variables',
    files: {
      'site.yaml': `
        - hosts: all
          vars: {a-b: 1, hostvars: 2, loop: 3, 9x: 1}
      `,
    },
    refused: [
      `bad-name site.yaml:2:10 "a-b" can't be the name of a variable (letters, digits and _ only, such as a_b)`,
      `reserved-name site.yaml:2:18 "hostvars" is given by the run itself, and can't be set (choose another name)`,
      `reserved-name site.yaml:2:31 "loop" is a word of the expression language, and can't be the name of a variable (choose another name)`,
      `bad-name site.yaml:2:40 "9x" can't be the name of a variable (letters, digits and _ only, such as _9x)`,
    ],
  },
  {
    title: 'vars that are a list',
    files: {
      'site.yaml': `
        - hosts: all
          vars: [a]
      `,
    },
    refused: ['wrong-type site.yaml:2:9 "vars" takes a map of names and values, not a list'],
  },
  {
    title: 'playbooks that import each other',
    files: {
      'site.yaml': '- import_playbook: b.yaml',
      'b.yaml': `
        - import_playbook: site.yaml
        - import_playbook: c.yaml
          hosts: x
      `,
    },
    refused: [
      'import-circle b.yaml:1:20 this imports itself: site.yaml → b.yaml → site.yaml (remove one of the imports)',
      'missing-file b.yaml:2:20 there is no file "c.yaml" (did you mean "b.yaml"? (looked for c.yaml))',
      'unknown-key b.yaml:3:3 "hosts" is not a key of an import_playbook (set it for the play)',
    ],
  },
  {
    title: 'mistakes in handlers and notify',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              notify: [restrat x, "web : restart x", topic]
              listen: a
          handlers:
            - name: restart x
              command: ls
            - name: restart x
              command: ls
            - command: ls
            - name: "a {{ x }}"
              command: ls
            - block: []
            - name: t
              listen: [topic]
              command: ls
      `,
    },
    refused: [
      'unknown-handler site.yaml:4:16 this play has no handler "restrat x" (did you mean "restart x"?)',
      'unknown-handler site.yaml:4:27 this play has no handler "web : restart x" (there are "restart x", "topic", "t")',
      'unknown-key site.yaml:5:7 "listen" is not a key of a task (it belongs to handlers)',
      `two-handlers site.yaml:9:13 a play can't have two handlers called "restart x" (the other one is at site.yaml:7; rename one)`,
      'missing-key site.yaml:11:7 nothing can notify this handler: it has no name (add name: or listen:)',
      `not-constant site.yaml:12:13 "name" can't hold variables (name it without variables, or let it listen to a topic)`,
      `not-a-handler site.yaml:14:7 handlers can't hold "block" (write single tasks, or import_tasks; what one notify is to start together has the same listen)`,
    ],
  },
  {
    title: 'handlers that are no single tasks, and are notified',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              notify: [restart, topic]
          handlers:
            - name: restart
              include_tasks: restart.yaml
            - listen: topic
              meta: noop
      `,
    },
    refused: [
      `not-a-handler site.yaml:7:7 handlers can't hold "include_tasks" (write single tasks, or import_tasks; what one notify is to start together has the same listen)`,
      `not-a-handler site.yaml:9:7 handlers can't hold "meta" (write single tasks, or import_tasks; what one notify is to start together has the same listen)`,
    ],
  },
  {
    title: 'keys of plays and tasks in places that do not take them',
    files: {
      'site.yaml': `
        - hosts: all
          import_tasks: a.yaml
          tasks:
            - any_errors_fatal: true
              register: x
              block: [{command: ls}]
            - include_tasks: a.yaml
              serial: 1
              register: x
              run_once: true
            - import_tasks: a.yaml
              loop: [1]
            - meta: end_play
              run_once: true
            - command: ls
              rescue: []
      `,
      'a.yaml': '- command: ls',
    },
    refused: [
      'unknown-key site.yaml:2:3 "import_tasks" is not a key of a play (write it into the list below "tasks" of the play)',
      'unknown-key site.yaml:4:7 "any_errors_fatal" is not a key of a block (set it for the play)',
      'unknown-key site.yaml:5:7 "register" is not a key of a block (put it on the tasks within)',
      'unknown-key site.yaml:8:7 "serial" is not a key of an include (set it for the play)',
      'unknown-key site.yaml:9:7 "register" is not a key of an include (put it on the tasks within)',
      'unknown-key site.yaml:10:7 "run_once" is not a key of an include (put it on a block around the include, or on the tasks within (import_tasks and import_role take it))',
      'unknown-key site.yaml:12:7 "loop" is not a key of an import (include_tasks and include_role take it)',
      'unknown-key site.yaml:14:7 "run_once" is not a key of a meta task (remove it: a meta task takes name, when and tags)',
      'unknown-key site.yaml:16:7 "rescue" is not a key of a task (it belongs to a block: - block: […], with rescue: and always: beside it)',
    ],
  },
  {
    title: 'notify in a play without handlers',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              notify: x
      `,
    },
    refused: ['unknown-handler site.yaml:4:15 this play has no handler "x" (this play has no handlers)'],
  },
  {
    title: 'tasks that are a map',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            command: ls
      `,
    },
    refused: [
      'wrong-type site.yaml:3:5 "tasks" holds a list of tasks, not a map (begin each task with "- ")',
    ],
  },
  {
    title: 'an encrypted file that is cut off',
    files: {
      'site.yaml': `
        - hosts: all
          vars_files: [s.yaml]
      `,
      's.yaml': `
        $ANSIBLE_VAULT;1.1;AES256
        3132
      `,
    },
    refused: [
      'vault-format s.yaml:1:1 the vault is cut off or damaged (bring the file back as it was written, from version control or a backup)',
    ],
  },
  {
    title: 'hosts in other forms',
    files: {
      'site.yaml': `
        - hosts: "{{ x }}"
        - hosts: []
        - hosts: {a: 1}
      `,
    },
    refused: [
      `not-constant site.yaml:1:10 "hosts" can't hold variables (name a group or a host, and narrow it with --limit)`,
      'wrong-type site.yaml:2:10 "hosts" takes a pattern of hosts, not a list (an empty list names none)',
      'wrong-type site.yaml:3:10 "hosts" takes a text or a list of texts, not a map',
    ],
  },
  {
    title: 'a file of variables that is a list',
    files: {
      'site.yaml': `
        - hosts: all
          vars_files: v.yaml
      `,
      'v.yaml': '- a',
    },
    refused: ['wrong-type v.yaml:1:1 a file of variables holds a map, not a list'],
  },
]);
