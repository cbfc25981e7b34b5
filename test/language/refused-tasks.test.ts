import { refusals } from './refusals.ts';

refusals('what is refused in tasks', [
  {
    title: 'a misspelt key of a task',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              regsiter: x
      `,
    },
    refused: ['unknown-key site.yaml:4:7 "regsiter" is not a key of a task (did you mean "register"?)'],
  },
  {
    title: 'task types that are not known',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - fiel: {path: /x}
            - zzz: 1
      `,
    },
    refused: [
      'unknown-task-type site.yaml:3:7 there is no task type "fiel" (did you mean "file"?)',
      'unknown-task-type site.yaml:4:7 there is no task type "zzz" (mama-play doc lists the task types)',
    ],
  },
  {
    title: 'task types with a namespace',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - ansible.builtin.file: {path: /x}
            - community.docker.docker_container: {name: x}
            - ansible.builtin.zork: {}
      `,
    },
    refused: [
      'unknown-task-type site.yaml:3:7 task types have no namespace: "ansible.builtin.file" (drop the prefix: "file")',
      'unknown-task-type site.yaml:4:7 there is no task type "community.docker.docker_container" (mama-play doc lists the task types)',
      'unknown-task-type site.yaml:5:7 there is no task type "ansible.builtin.zork" (mama-play doc lists the task types)',
    ],
  },
  {
    title: "Ansible's modules with another name here",
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - replace: {path: /x}
            - gather_facts:
      `,
    },
    refused: [
      'unknown-task-type site.yaml:3:7 there is no task type "replace" (its work is done by "template")',
      'unknown-key site.yaml:4:7 "gather_facts" is not a key of a task (set it for the play)',
      'no-task-type site.yaml:4:7 this task has no task type (name what it does, with its parameters: file: {path: /srv/x, state: directory})',
    ],
  },
  {
    title: 'tasks that do nothing',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - name: x
            - {}
      `,
    },
    refused: [
      'no-task-type site.yaml:3:7 this task has no task type (name what it does, with its parameters: file: {path: /srv/x, state: directory})',
      'no-task-type site.yaml:4:7 this task has no task type (name what it does, with its parameters: file: {path: /srv/x, state: directory})',
    ],
  },
  {
    title: 'two task types in one task',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              file: {path: /x}
      `,
    },
    refused: [
      'two-types site.yaml:4:7 this task has two types: "command" and "file" (make two tasks of it, each with a "- " of its own)',
    ],
  },
  {
    title: 'a block that is a task too',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - block: []
              command: ls
      `,
    },
    refused: [
      'two-types site.yaml:4:7 this task has two types: "block" and "command" (make two tasks of it, each with a "- " of its own)',
    ],
  },
  {
    title: 'loops in the old form',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              with_items: [1]
            - command: ls
              with_foo: [1]
      `,
    },
    refused: [
      'foreign-key site.yaml:4:7 "with_items" is not known: every loop is written with "loop" (write loop: [a, b], or loop: some_list; where the items are lists, which it joins, loop: a + b)',
      'foreign-key site.yaml:6:7 "with_foo" is not known: every loop is written with "loop" (write loop: with a list, or an expression that gives one)',
    ],
  },
  {
    title: 'local_action and action',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - local_action: command ls
            - action: command ls
      `,
    },
    refused: [
      'foreign-key site.yaml:3:7 "local_action" is not known: a task names its machine with "delegate_to" (write the task type as the key, and delegate_to: localhost beside it)',
      'foreign-key site.yaml:4:7 "action" is not known: the task type itself is the key (write command: uptime, not action: command uptime)',
    ],
  },
  {
    title: 'tasks in the background',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              async: 10
              poll: 0
      `,
    },
    refused: [
      'foreign-key site.yaml:4:7 "async" is not known: a task is run to its end (bound it with timeout, and let a service manager keep what must stay running)',
      'foreign-key site.yaml:5:7 "poll" is not known: a task is run to its end (to wait for something, use until with retries and delay, or wait_for)',
    ],
  },
  {
    title: 'parameters below args',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              args: {creates: /x}
      `,
    },
    refused: [
      'foreign-key site.yaml:4:7 "args" is not known: all parameters stand below the task type (write command: {cmd: make, creates: /srv/made})',
    ],
  },
  {
    title: 'tasks that would change hosts, groups and variables',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - include_vars: x
            - add_host: {name: x}
            - group_by: {key: x}
            - include: x.yaml
      `,
    },
    refused: [
      'foreign-key site.yaml:3:7 "include_vars" is not known: which variables there are is known before a host is touched (use vars_files of the play, vars/main.yaml of a role, or group_vars/)',
      'foreign-key site.yaml:4:7 "add_host" is not known: hosts come from the inventory only (write the host into the inventory)',
      'foreign-key site.yaml:5:7 "group_by" is not known: groups come from the inventory only (write the group into the inventory, or choose with when)',
      'foreign-key site.yaml:6:7 "include" is not known: it meant two things (use import_tasks or include_tasks)',
    ],
  },
  {
    title: 'parameters as words',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - file: path=/x state=directory
            - command: creates=/x ls -l
            - command: A=1 ls
            - debug: msg="{{ x }} y"
      `,
    },
    refused: [
      'words site.yaml:3:13 parameters are a map here, not words with "=" (write file: {path: /x, state: directory})',
      'words site.yaml:4:16 "creates=" is a parameter of its own (write command: {cmd: "ls -l", creates: "/x"})',
      'words site.yaml:6:14 parameters are a map here, not words with "=" (write debug: {msg: "{{ x }} y"})',
    ],
  },
  {
    title: 'other words for true',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              become: yes
            - command: ls
              no_log: on
            - command: ls
              ignore_errors: yes
            - command: ls
              when: yes
      `,
    },
    refused: [
      'wrong-type site.yaml:4:15 "become" takes true or false, not the text "yes" (write true)',
      'wrong-type site.yaml:6:15 "no_log" takes true or false, not the text "on" (write true)',
      'wrong-type site.yaml:8:22 "ignore_errors" takes true, false or a condition, not the text "yes" (write true)',
      'wrong-type site.yaml:10:13 "when" takes a condition, not the text "yes" (write true)',
    ],
  },
  {
    title: 'conditions in another form',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              when: "{{ x }}"
            - command: ls
              when: x and y
            - command: ls
              when: 1
            - command: ls
              when: size("x")
            - command: ls
              when:
      `,
    },
    refused: [
      'cel-syntax site.yaml:4:14 an expression is written without {{ }} (write x)',
      'cel-syntax site.yaml:6:15 "and" is "&&" here (write x && y)',
      'wrong-type site.yaml:8:13 "when" takes a condition, such as env == "prod", not the number 1',
      'not-boolean site.yaml:10:13 a condition must be true or false, and this is a whole number (compare it: x == …)',
      'wrong-type site.yaml:12:12 "when" takes a condition, such as env == "prod", not nothing',
    ],
  },
  {
    title: 'results with names that cannot be read',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              register: a-b
            - command: ls
              register: vars
            - command: ls
              register: item
            - command: ls
              register: in
            - command: ls
              register: [x]
      `,
    },
    refused: [
      `bad-name site.yaml:4:17 "a-b" can't be the name of a result (letters, digits and _ only, such as a_b)`,
      `reserved-name site.yaml:6:17 "vars" is given by the run itself, and can't be set (choose another name)`,
      'reserved-name site.yaml:8:17 "item" is what loops call their items (choose another name)',
      `reserved-name site.yaml:10:17 "in" is a word of the expression language, and can't be the name of a result (choose another name)`,
      'wrong-type site.yaml:12:17 "register" takes a name, not a list',
    ],
  },
  {
    title: 'loops and loop_control',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              loop: {a: 1}
            - command: ls
              loop: "x {{ y }}"
            - command: ls
              loop: 3
            - command: ls
              loop_control: {loop_var: x}
            - command: ls
              loop: [1]
              loop_control: {pause: s, lop_var: x, label: }
            - command: ls
              loop: [1]
              loop_control: x
      `,
    },
    refused: [
      'wrong-type site.yaml:4:13 "loop" takes a list, or an expression that gives one, not a map (write loop: some_map.map(k, some_map[k]))',
      'wrong-type site.yaml:6:13 a loop is a list, one lone {{ list }}, or an expression: this is a text with variables in it (write the items as a list)',
      'wrong-type site.yaml:8:13 "loop" takes a list, or an expression that gives one, not the number 3',
      'missing-key site.yaml:10:7 "loop_control" needs a "loop" beside it',
      'wrong-type site.yaml:13:29 "pause" takes a number of seconds, not the text "s"',
      'unknown-key site.yaml:13:32 "lop_var" is not a key of loop_control (did you mean "loop_var"?)',
      'wrong-type site.yaml:13:44 "label" takes a text, not nothing',
      'wrong-type site.yaml:16:21 "loop_control" takes a map of loop_var, index_var, label, pause, not the text "x"',
    ],
  },
  {
    title: 'a loop variable that hides another',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - block:
                - command: ls
                  loop: [1]
              loop: [2]
      `,
    },
    refused: [
      'warning hidden-variable site.yaml:5:11 a loop around this one has the loop variable "item" too, which is hidden here (write loop_control: {loop_var: another_name})',
    ],
  },
  {
    title: 'check_mode: false on what changes hosts',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              check_mode: false
            - file: {path: /x}
              check_mode: false
            - stat: {path: /x}
              check_mode: false
            - command: ls
              check_mode: false
              changed_when: false
      `,
    },
    refused: [
      'check-mode site.yaml:4:19 check_mode: false would let "command" change the host in a dry run (if it only reads, say so with changed_when: false; else remove it)',
      'check-mode site.yaml:6:19 check_mode: false would let "file" change the host in a dry run (remove it: a dry run tells what this task would change)',
    ],
  },
  {
    title: 'check_mode: false handed down',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - block:
                - file: {path: /x}
                - stat: {path: /x}
              check_mode: false
      `,
    },
    refused: [
      'check-mode site.yaml:6:19 check_mode: false would let "file" change the host in a dry run (remove it: a dry run tells what this task would change)',
    ],
  },
  {
    title: 'task files that import each other',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - import_tasks: a.yaml
      `,
      'a.yaml': '- include_tasks: b.yaml',
      'b.yaml': '- import_tasks: a.yaml',
    },
    refused: [
      'import-circle b.yaml:1:17 this imports itself: a.yaml → b.yaml → a.yaml (imports and includes are followed before a host is known, so none may lead back)',
    ],
  },
  {
    title: 'mistakes in imports and includes',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - import_tasks: setpu.yaml
            - include_tasks: "{{ x }}.yaml"
            - include_tasks: {file: setup.yaml, apply: {tags: x}}
            - import_role: {name: web, tasks_from: instal}
            - include_role: web
            - include_role: {tasks_from: x}
            - include_tasks: setup.yaml
              become: true
      `,
      'setup.yaml': '',
      'roles/web/tasks/install.yaml': '',
    },
    refused: [
      'missing-file site.yaml:3:21 there is no file "setpu.yaml" (did you mean "setup.yaml"? (looked for setpu.yaml))',
      `not-constant site.yaml:4:22 "include_tasks" can't hold variables (name the files one by one, each with its own "when": which tasks there are is known before a host is)`,
      'unknown-key site.yaml:5:41 "include_tasks" has no parameter "apply" (put a block with these keys around it, or use an import)',
      'missing-file site.yaml:6:44 the role "web" has no tasks/instal.yaml (did you mean "install"?)',
      'wrong-type site.yaml:7:21 "include_role" takes a map, not the text "web" (write include_role: {name: web})',
      'missing-key site.yaml:8:7 "include_role" needs "name"',
      'unknown-key site.yaml:10:7 "become" is not a key of an include (put it on a block around the include, or on the tasks within (import_tasks and import_role take it))',
    ],
  },
  {
    title: 'mistakes in blocks',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - block: []
              register: x
              changed_when: true
            - rescue: []
            - block: ls
            - block:
                command: ls
      `,
    },
    refused: [
      'unknown-key site.yaml:4:7 "register" is not a key of a block (put it on the tasks within)',
      'unknown-key site.yaml:5:7 "changed_when" is not a key of a block (put it on the tasks within)',
      'missing-key site.yaml:6:7 "rescue" needs a "block" beside it',
      'wrong-type site.yaml:7:14 "block" holds a list of tasks, not the text "ls"',
      'wrong-type site.yaml:9:9 "block" holds a list of tasks, not a map (begin each task with "- ")',
    ],
  },
  {
    title: 'tasks that are not maps',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - ls
            -
            - [a]
      `,
    },
    refused: [
      'wrong-type site.yaml:3:7 a task is a map, not the text "ls"',
      'wrong-type site.yaml:4:6 a task is a map, not nothing (remove the "-")',
      'wrong-type site.yaml:5:7 a task is a map, not a list',
    ],
  },
  {
    title: 'mistakes in meta',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - meta: flush_handler
            - meta: clear_facts
            - meta: end_play
              register: x
      `,
    },
    refused: [
      'unknown-action site.yaml:3:13 meta has no action "flush_handler" (did you mean "flush_handlers"?)',
      'unknown-action site.yaml:4:13 meta has no action "clear_facts" (facts belong to the run, and end with it)',
      'unknown-key site.yaml:6:7 "register" is not a key of a meta task (remove it: a meta task takes name, when and tags)',
    ],
  },
  {
    title: 'a play among tasks',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - hosts: all
              tasks: []
      `,
    },
    refused: [
      'no-task-type site.yaml:3:7 this is a play, where a task is due (a file of plays is brought in by import_playbook, in the list of plays)',
    ],
  },
  {
    title: 'mistakes in environment',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              environment: {A-B: 1, C: , D: [1]}
            - command: ls
              environment: x
      `,
    },
    refused: [
      `bad-name site.yaml:4:21 "A-B" can't be the name of an environment variable (letters, digits and _ only)`,
      'wrong-type site.yaml:4:29 the environment variable "C" takes a text, not nothing (an empty text is "")',
      'wrong-type site.yaml:4:37 the environment variable "D" takes a text, not a list (an empty text is "")',
      'wrong-type site.yaml:6:20 "environment" takes a map of names and texts, not the text "x"',
    ],
  },
  {
    title: 'numbers',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              retries: a
              delay: -1
              timeout: 0
      `,
    },
    refused: [
      'wrong-type site.yaml:4:16 "retries" takes a number of attempts, not the text "a"',
      'wrong-type site.yaml:5:14 "delay" takes a number of seconds, not the number -1',
      'wrong-type site.yaml:6:16 "timeout" takes a number of seconds above 0, not the number 0',
    ],
  },
  {
    title: 'mistakes in expressions',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              until: x is defined
              changed_when: [a, "b ||"]
      `,
    },
    refused: [
      'cel-syntax site.yaml:4:16 "is defined" is has(…) here (write has(vars.x))',
      'cel-syntax site.yaml:5:30 the expression ends too early',
    ],
  },
  {
    title: 'sources that are not there',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - copy: {src: a.cnf, dest: /x}
            - template: {src: t.hbs, dest: /x}
            - copy: {src: /etc/none, dest: /x}
      `,
      'files/a.conf': '',
      'templates/t2.hbs': '',
    },
    refused: [
      'missing-file site.yaml:3:19 there is no file "a.cnf" (did you mean "a.conf"? (looked for a.cnf, files/a.cnf))',
      'missing-file site.yaml:4:23 there is no template "t.hbs" (did you mean "t2.hbs"? (looked for t.hbs, templates/t.hbs))',
      'missing-file site.yaml:5:19 there is no file "/etc/none" (looked for /etc/none)',
    ],
  },
  {
    title: 'a mistake in a template file',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - template: {src: t.conf, dest: /x}
      `,
      'templates/t.conf': `
        a
        {{ b
      `,
    },
    refused: [
      'template-syntax templates/t.conf:2:1 {{ is never closed (write }} behind it, or \\{{ where the braces are meant literally)',
    ],
  },
  {
    title: 'keys with values of a wrong type',
    files: {
      'site.yaml': `
        - hosts: all
          tasks:
            - command: ls
              delegate_to: [a]
              become_user: 
              become_method: su
              tags: {a: 1}
            - command: ls
              any_errors_fatal: true
              throttle: 1
      `,
    },
    refused: [
      'wrong-type site.yaml:4:20 "delegate_to" takes the name of a host, not a list',
      'wrong-type site.yaml:5:20 "become_user" takes the name of a user, not nothing',
      'foreign-key site.yaml:6:7 "become_method" is not known: sudo is the only way to become another user (remove it)',
      'wrong-type site.yaml:7:13 "tags" takes a text or a list of texts, not a map',
      'unknown-key site.yaml:9:7 "any_errors_fatal" is not a key of a task (set it for the play)',
      'foreign-key site.yaml:10:7 "throttle" is not known: how many hosts run at a time is said for the play or the run (use serial for the play, or -f on the command line)',
    ],
  },
]);
