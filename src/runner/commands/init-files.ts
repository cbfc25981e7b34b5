/** What a new project begins with: path → text. It runs at once, on this machine and without root. */
export const FIRST_FILES: Readonly<Record<string, string>> = {
  'inventory/local.yaml': `# The hosts. This one is the machine itself; another one is reached by SSH:
#   web1: { ansible_host: 192.0.2.10, ansible_user: deploy }
all:
  hosts:
    here:
      ansible_connection: local
  vars:
    greeting_folder: "{{ inventory_dir }}/greeting"
`,
  'playbooks/site.yaml': `- name: Site
  hosts: all
  roles:
    - role: greeting
      greeting_name: world
`,
  'roles/greeting/variables.yaml': `# What the role takes: a JSON Schema. Nothing else is seen by its tasks.
type: object
required: [greeting_folder]
properties:
  greeting_folder:
    type: string
    description: The folder that is made.
  greeting_name:
    type: string
    default: you
    description: Who is greeted.
`,
  'roles/greeting/tasks/main.yaml': `- name: The folder is there
  file: { path: "{{ greeting_folder }}", state: directory, mode: "0755" }

- name: The greeting is in it
  template: { src: hello.txt, dest: "{{ greeting_folder }}/hello.txt", mode: "0644" }
  notify: greeting changed
`,
  'roles/greeting/handlers/main.yaml': `- name: greeting changed
  debug: { msg: "{{ greeting_folder }}/hello.txt now greets {{ greeting_name }}" }
`,
  'roles/greeting/templates/hello.txt': 'Hello, {{ greeting_name }}, from {{ inventory_hostname }}.\n',
  'README.md': `# A project for mama-play

    mama-play playbooks/site.yaml -i inventory/local.yaml --check --diff   # what would change
    mama-play playbooks/site.yaml -i inventory/local.yaml                  # do it
    mama-play playbooks/site.yaml -i inventory/local.yaml                  # again: nothing changes

- \`inventory/\`: the hosts and their variables
- \`playbooks/\`: what is done on which hosts
- \`roles/\`: what belongs together; \`variables.yaml\` declares what a role takes

\`mama-play doc\` lists the task types, \`mama-play lint playbooks -i inventory/local.yaml\` finds mistakes.
`,
  '.gitignore': 'inventory/greeting/\n.mama-play/\n',
};
