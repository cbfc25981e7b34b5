import { refusals } from './refusals.ts';

refusals('what is refused in roles', [
  {
    title: 'roles that are not there',
    files: {
      'site.yaml': `
        - hosts: all
          roles: [wbe, {roel: web}, [x], {role: "{{ x }}"}]
      `,
      'roles/web/tasks/main.yaml': '',
    },
    refused: [
      'unknown-role site.yaml:2:11 there is no role "wbe" (did you mean "web"? (looked for roles/wbe))',
      'missing-key site.yaml:2:16 the use of a role needs "role", with its name',
      'wrong-type site.yaml:2:29 "roles" takes names of roles, or maps with "role", not a list',
      `not-constant site.yaml:2:41 "role" can't hold variables`,
    ],
  },
  {
    title: 'a role without tasks',
    files: {
      'site.yaml': `
        - hosts: all
          roles: [web]
      `,
      'roles/web/files/x': '',
    },
    refused: ['empty-role site.yaml:2:11 the role "web" holds nothing: roles/web has no tasks/main.yaml'],
  },
  {
    title: 'roles that depend on each other',
    files: {
      'site.yaml': `
        - hosts: all
          roles: [a]
      `,
      'roles/a/meta/main.yaml': 'dependencies: [b]',
      'roles/b/meta/main.yaml': `
        dependencies:
          - role: a
      `,
    },
    refused: [
      'role-circle roles/b/meta/main.yaml:2:11 roles depend on each other in a circle: a → b → a (remove one of the dependencies)',
    ],
  },
  {
    title: 'mistakes in meta/main.yaml',
    files: {
      'site.yaml': `
        - hosts: all
          roles: [a]
      `,
      'roles/a/meta/main.yaml': `
        dependencys: [b]
        allow_duplicates: yes
      `,
    },
    refused: [
      'unknown-key roles/a/meta/main.yaml:1:1 "dependencys" is not a key of meta/main.yaml (did you mean "dependencies"?)',
      'wrong-type roles/a/meta/main.yaml:2:19 "allow_duplicates" takes true or false, not the text "yes" (write true)',
    ],
  },
  {
    title: 'main.yaml beside main.yml',
    files: {
      'site.yaml': `
        - hosts: all
          roles: [a]
      `,
      'roles/a/tasks/main.yaml': '',
      'roles/a/tasks/main.yml': '',
    },
    refused: [
      'two-files roles/a/tasks/main.yml:1:1 roles/a/tasks/main.yaml and roles/a/tasks/main.yml are both there (remove one of them)',
    ],
  },
  {
    title: 'a role that imports itself',
    files: {
      'site.yaml': `
        - hosts: all
          roles: [a]
      `,
      'roles/a/tasks/main.yaml': '- import_role: {name: a}',
    },
    refused: [
      'import-circle roles/a/tasks/main.yaml:1:23 this imports itself: roles/a/tasks/main.yaml → roles/a/tasks/main.yaml (imports and includes are followed before a host is known, so none may lead back)',
    ],
  },
  {
    title: 'variables.yaml, and what a role is given',
    files: {
      'site.yaml': `
        - hosts: all
          roles:
            - {role: web, prot: 80}
            - {role: web, port: "80", vars: {debug: yes, mode: fsat, list: [1, x]}}
            - {role: web, port: "{{ x }}", vars: {port: 1}}
      `,
      'roles/web/tasks/main.yaml': '',
      'roles/web/defaults/main.yaml': 'port: 3',
      'roles/web/variables.yaml': `
        type: object
        propertys: {}
        required: [port, prot]
        properties:
          port: {type: integer, default: x, description: p}
          debug: {type: boolean, description: d}
          mode: {type: string, enum: [fast, slow], description: m}
          list: {type: array, items: {type: integer}, description: l}
          nodesc: {type: string}
          bad: {type: str, descrption: x}
          bad2: {type: string, required: true, pattern: "("}
          bad3: string
          hostvars: {type: string, description: x}
      `,
    },
    refused: [
      'unknown-input site.yaml:3:19 the role "web" has no input "prot" (did you mean "port"?)',
      'wrong-type site.yaml:4:25 "port" must be a whole number, not the text "80" (write it without quotes)',
      'wrong-type site.yaml:4:45 "debug" must be true or false, not the text "yes" (write true)',
      'wrong-type site.yaml:4:56 "mode" must be one of fast, slow, not the text "fsat" (did you mean "fast"?)',
      'wrong-type site.yaml:4:72 a part of "list" must be a whole number, not the text "x"',
      'given-twice site.yaml:5:19 "port" is given twice (keep the one below vars)',
      'unknown-key roles/web/variables.yaml:2:1 variables.yaml has no key "propertys" (did you mean "properties"?)',
      'unknown-input roles/web/variables.yaml:3:18 "prot" is required, but not declared (did you mean "port"?)',
      'wrong-type roles/web/variables.yaml:5:34 the default of "port" must be a whole number, not the text "x"',
      'warning no-description roles/web/variables.yaml:9:3 the input "nodesc" has no description (add description: with one sentence on what it is for)',
      'wrong-type roles/web/variables.yaml:10:15 the text "str" is not a type of JSON Schema (write string)',
      `unknown-key roles/web/variables.yaml:10:20 "descrption" is not a word of an input's schema (did you mean "description"?)`,
      'wrong-type roles/web/variables.yaml:11:34 "required" takes a list of names, not true (to require the input itself, name it in required: beside properties:)',
      'wrong-type roles/web/variables.yaml:11:49 "pattern" takes a regular expression, not the text "("',
      'wrong-type roles/web/variables.yaml:12:9 the input "bad3" takes a schema, such as {type: string}, not the text "string" (write bad3: {type: string})',
      `reserved-name roles/web/variables.yaml:13:3 "hostvars" is given by the run itself, and can't be set (choose another name)`,
      'declared-twice roles/web/defaults/main.yaml:1:1 "port" is declared in variables.yaml, so its default stands there too (move it to roles/web/variables.yaml:5)',
    ],
  },
  {
    title: 'keys taken for parameters',
    files: {
      'site.yaml': `
        - hosts: all
          roles:
            - {role: web, wehn: x, register: y}
      `,
      'roles/web/tasks/main.yaml': '',
    },
    refused: [
      'warning odd-parameter site.yaml:3:19 "wehn" is taken for a parameter of the role "web" (did you mean "when"?)',
      'warning odd-parameter site.yaml:3:28 "register" is taken for a parameter of the role "web" (put parameters below vars, to be clear)',
    ],
  },
]);
