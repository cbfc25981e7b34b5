import type { TaskType } from '../contract/task-type.ts';
import { type Foreign, foreignKey } from './foreign.ts';

/** Ansible's modules whose work another task type does here. */
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  docker_container: ['docker_run'],
  docker_image_build: ['docker_build'],
  docker_image_pull: ['docker_image'],
  docker_image_load: ['docker_image'],
  docker_image_tag: ['docker_image'],
  docker_image_remove: ['docker_image'],
  docker_container_exec: ['docker_exec'],
  docker_compose_v2: ['docker_compose'],
  postgresql_query: ['psql_exec'],
  postgresql_script: ['psql_exec'],
  postgresql_user: ['postgres_user'],
  postgresql_db: ['postgres_db'],
  postgresql_ext: ['psql_exec'],
  supervisorctl: ['supervisord_program', 'supervisord_reload'],
  systemd: ['service'],
  systemd_service: ['service'],
  sysvinit: ['service'],
  raw: ['shell'],
  expect: ['shell'],
  package: ['apt'],
  yum: ['apt'],
  dnf: ['apt'],
  apk: ['apt'],
  synchronize: ['copy'],
  postgresql_privs: ['psql_exec'],
  postgresql_schema: ['psql_exec'],
  postgresql_owner: ['psql_exec'],
  postgresql_table: ['psql_exec'],
  docker_stack: ['docker_compose'],
  assemble: ['template'],
  replace: ['lineinfile', 'template'],
  ini_file: ['lineinfile', 'template'],
};

/** Ansible's modules whose work takes a form of its own. */
const INSTEAD: Readonly<Record<string, string>> = {
  authorized_key:
    'write the key with lineinfile into ~/.ssh/authorized_keys of the user, or the whole file with copy',
  get_url:
    'fetch it with command: {cmd: curl -fsSLo /srv/x URL, creates: /srv/x}, or copy a file of the project',
  ping: 'whether hosts answer shows mama-play exec all -i INVENTORY -- true',
  wait_for_connection:
    'the run connects by itself before the first task, and calls again when the line is lost',
  reboot: 'a run does not outlive its host: reboot it between two runs, with mama-play exec',
  slurp: 'read the file with command: cat FILE, register and changed_when: false; or bring it with fetch',
  find: 'list them with command: find DIR …, register and changed_when: false; stat asks about one path',
  tempfile: 'make it with command: mktemp -d, and register the name',
  archive: 'pack it with command: {cmd: tar …, creates: FILE}',
  mount:
    'write the line with lineinfile into /etc/fstab, and mount it with command and unless: mountpoint -q PATH',
  sysctl: 'write a file below /etc/sysctl.d with copy, and notify a handler with command: sysctl --system',
  modprobe: 'write a file below /etc/modules-load.d with copy',
  hostname: 'set it with command: {cmd: hostnamectl set-hostname NAME, unless: test "$(hostname)" = NAME}',
  timezone:
    'link the zone with file: {src: /usr/share/zoneinfo/UTC, dest: /etc/localtime, state: link, force: true}',
  locale_gen: 'write /etc/locale.gen with lineinfile, and notify a handler with command: locale-gen',
  apt_repository: 'write a file below /etc/apt/sources.list.d with copy, and give apt update_cache: true',
  deb822_repository: 'write a file below /etc/apt/sources.list.d with copy, and give apt update_cache: true',
  apt_key: 'copy the key to /etc/apt/keyrings, and name it by signed-by in the source',
  mail: 'send it with command: mail …, as the last task',
  slack: 'send it with command: curl …, with delegate_to: localhost',
  dpkg_selections: 'use command: apt-mark hold NAME, with a guard (unless)',
  openssl_privatekey:
    'make it with command: {cmd: openssl genpkey …, creates: FILE}, or copy it from a vault',
  openssl_csr: 'make it with command: {cmd: openssl req …, creates: FILE}',
  openssl_certificate: 'make it with command: {cmd: openssl x509 …, creates: FILE}, or copy it from a vault',
  x509_certificate: 'make it with command: {cmd: openssl x509 …, creates: FILE}, or copy it from a vault',
  rabbitmq_user: 'use command: rabbitmqctl …, with a guard (unless)',
  rabbitmq_vhost: 'use command: rabbitmqctl …, with a guard (unless)',
  redis: 'use command: redis-cli …, with a guard (unless)',
  xml: 'write the whole file with template',
  k8s: 'use command: kubectl apply …, with delegate_to: localhost',
  helm: 'use command: helm upgrade --install …, with delegate_to: localhost',
  debconf: 'use shell: echo … | debconf-set-selections, with a guard (unless)',
  pip: 'use command: pip install …, with a guard (creates or unless)',
  npm: 'use command: npm ci, with a guard (creates or unless)',
  ufw: 'use command: ufw …, with a guard (unless)',
  iptables: 'use command: iptables …, with a guard (unless: iptables -C …)',
  getent: 'use command: getent …, register and changed_when: false',
  package_facts: 'ask with command: dpkg-query -W, register and changed_when: false',
  service_facts: 'ask with command: systemctl …, register and changed_when: false',
  alternatives: 'use command: update-alternatives --set …, with a guard (unless)',
  acl: 'use command: setfacl …, with a guard (unless)',
  docker_login: 'use command: docker login …, with no_log',
  docker_swarm: 'use command: docker swarm init, with a guard (unless)',
  docker_stack: 'use command: docker stack deploy …',
  docker_container_info: 'ask with command: docker inspect NAME, register and changed_when: false',
  docker_image_info: 'ask with command: docker image inspect NAME, register and changed_when: false',
  mysql_db: 'use command: mysql …, with a guard (unless)',
  mysql_user: 'use command: mysql …, with a guard (unless)',
  firewalld: 'use command: firewall-cmd …, with a guard (unless)',
  htpasswd: 'write the file with copy or template; a hash is made once, on your machine',
  gather_facts: 'facts are asked for where something reads them; setup asks again',
  set_stats: 'use --output json, or set_fact',
  validate_argument_spec: 'the role declares its inputs in variables.yaml, which is always checked',
  async_status: 'a task is run to its end: bound it with timeout',
  import_playbook: 'it is an entry of its own in the list of plays',
};

const STRUCTURE = ['block', 'import_tasks', 'include_tasks', 'import_role', 'include_role', 'meta'];

/** What to say of a task type that is not ours but Ansible's; undefined: it is not known to be one. */
export function foreignType(name: string, types: ReadonlyMap<string, TaskType>): Foreign | undefined {
  const bare = /^(?:[a-z0-9_]+\.){2,}([a-z0-9_]+)$/.exec(name)?.[1];
  if (bare !== undefined && (types.has(bare) || STRUCTURE.includes(bare))) {
    return { message: `task types have no namespace: "${name}"`, hint: `drop the prefix: "${bare}"` };
  }
  const last = bare ?? name;
  const message = `there is no task type "${name}"`;
  const ours = (Object.hasOwn(RENAMED, last) && RENAMED[last]?.filter((type) => types.has(type))) || [];
  if (ours.length > 0)
    return { message, hint: `its work is done by ${ours.map((type) => `"${type}"`).join(' or ')}` };
  if (Object.hasOwn(INSTEAD, last)) return { message, hint: INSTEAD[last]! };
  if (bare === undefined) return undefined;
  return foreignKey(bare, 'task') ?? { message, hint: 'mama-play doc lists the task types' };
}
