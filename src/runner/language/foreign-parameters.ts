const NO_FACTS_IN_PARTS = 'facts are asked for only where something reads one: remove it';
const OWN_ATTRIBUTES = 'use command: chattr or setfacl, with a guard (unless)';
const SELINUX = 'use command: chcon, with a guard (unless), or restorecon in a handler';
const KEYGEN = 'use command: ssh-keygen, with creates';
const CHAGE = 'use command: chage, with a guard (unless)';
const CURL = 'use command: curl, with a guard (creates, unless)';
const HANDLEBARS = 'templates are Handlebars: {{#if}}, {{#each}}';

/** Parameters that many modules of Ansible share. */
const FILES = {
  ...Object.fromEntries(['seuser', 'serole', 'setype', 'selevel'].map((name) => [name, SELINUX])),
  attr: OWN_ATTRIBUTES,
  attributes: OWN_ATTRIBUTES,
  unsafe_writes: 'a file is always replaced whole: where it is mounted, change what is mounted',
  decrypt: 'a vault always reaches the host decrypted: remove it',
};
const DOCKER = Object.fromEntries(
  [
    ...[
      'docker_host',
      'docker_url',
      'docker_api_version',
      'api_version',
      'tls',
      'tls_verify',
      'tls_hostname',
    ],
    ...['validate_certs', 'ca_cert', 'client_cert', 'client_key', 'cacert_path', 'cert_path', 'key_path'],
    ...['tls_ca_cert', 'tls_client_cert', 'tls_client_key', 'use_ssh_client', 'ssl_version'],
  ].map((name) => [
    name,
    "the host's own docker is asked: for another engine set DOCKER_HOST in environment",
  ]),
);
const POSTGRES = Object.fromEntries(
  ['ssl_mode', 'ssl_rootcert', 'ssl_cert', 'ssl_key', 'ca_cert', 'connect_params'].map((name) => [
    name,
    "psql is asked: set libpq's variables in environment (PGSSLMODE, PGSSLROOTCERT …)",
  ]),
);

/** Parameters of Ansible's modules that the task type of that name lacks: what to do instead. */
export const INSTEAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  apt: {
    upgrade: 'use command: apt-get -y dist-upgrade; a single package is upgraded by state: latest',
    deb: 'copy the file to the host, and use command: apt-get install ./x.deb, with a guard (unless: dpkg -s x)',
    autoremove: 'use command: apt-get -y autoremove',
    force_apt_get: 'apt-get is what is used: remove it',
    force: 'apt-get is never forced; allow_downgrade lets it go back',
    allow_unauthenticated: 'packages are always verified',
    only_upgrade: 'guard it with when, or name no package that is not installed',
    dpkg_options: 'files that were changed on the host are kept: remove it',
    clean: 'use command: apt-get clean',
    autoclean: 'use command: apt-get autoclean',
    update_cache_retries: 'write retries, delay and until beside it',
  },
  copy: {
    ...FILES,
    local_follow: 'links of the project stay links in a directory: remove it',
    checksum: 'contents are always compared by their hash: remove it',
  },
  file: {
    ...FILES,
    access_time: 'times are not kept',
    modification_time: 'times are not kept',
  },
  template: {
    ...FILES,
    ...Object.fromEntries(
      ['block', 'comment', 'variable']
        .flatMap((what) => [`${what}_start_string`, `${what}_end_string`])
        .map((name) => [name, HANDLEBARS]),
    ),
    trim_blocks: 'a line that holds nothing but {{#if …}} or its like is left out as it is: remove it',
    lstrip_blocks: 'a line that holds nothing but {{#if …}} or its like is left out as it is: remove it',
    newline_sequence: 'write the line ends into the template',
    output_encoding: 'texts are UTF-8',
  },
  lineinfile: FILES,
  blockinfile: FILES,
  fetch: { validate_checksum: 'contents are always compared by their hash: remove it' },
  script: { decrypt: FILES.decrypt, free_form: 'it is called cmd' },
  service: {
    daemon_reload: 'it is done when it is needed: remove it',
    args: 'write them into the unit, or into the file that it reads',
    arguments: 'write them into the unit, or into the file that it reads',
    pattern: 'the service manager is asked whether it runs: remove it',
    sleep: 'a restart waits for the service to end: remove it',
    use: 'the service manager of the host is found by itself: remove it',
    masked: 'use command: systemctl mask, with a guard (unless)',
    scope: 'services of the system only',
  },
  uri: {
    body: 'uri only asks: send it with command: curl, and a guard',
    body_format: 'uri only asks: send it with command: curl, and a guard',
    dest: 'fetch it with command: {cmd: curl -fsSLo FILE URL, creates: FILE}',
    force_basic_auth: 'user and password are sent at once: remove it',
    ...Object.fromEntries(
      ['src', 'client_cert', 'client_key', 'ca_path', 'unix_socket', 'creates', 'removes'].map((name) => [
        name,
        CURL,
      ]),
    ),
    use_proxy: 'set http_proxy, https_proxy or no_proxy in environment',
  },
  unarchive: {
    ...FILES,
    copy: 'it is called remote_src, and means the opposite',
    include: 'use command: tar with the names, and creates',
    validate_certs: 'src is a file: fetch it first, with command: curl and creates',
    extra_opts: 'use command: tar …, with creates',
    exclude: 'use command: tar --exclude …, with creates',
    list_files: 'what was unpacked is recorded on the host: remove it',
  },
  setup: { filter: NO_FACTS_IN_PARTS, gather_subset: NO_FACTS_IN_PARTS, gather_timeout: NO_FACTS_IN_PARTS },
  user: {
    generate_ssh_key: KEYGEN,
    ...Object.fromEntries(
      ['bits', 'comment', 'file', 'passphrase', 'type'].map((what) => [`ssh_key_${what}`, KEYGEN]),
    ),
    expires: 'use command: chage -E, with a guard (unless)',
    password_expire_max: CHAGE,
    password_expire_min: CHAGE,
    non_unique: 'a number belongs to one user here',
  },
  group: { non_unique: 'a number belongs to one group here' },
  git: {
    clone: 'it is always cloned where it is not there: remove it',
    accept_hostkey: 'see known_hosts: host keys are always verified',
    accept_newhostkey: 'see known_hosts: host keys are always verified',
    ssh_opts: 'set GIT_SSH_COMMAND in environment',
    bare: 'use command: git clone --bare, with creates',
    archive: 'use command: git archive, with creates',
    single_branch: 'with depth only what is needed is fetched',
    verify_commit: 'name the full commit as version: that is what is checked out',
  },
  ...docker(),
  shell: { warn: 'there are no such warnings: remove it', free_form: 'it is called cmd' },
  command: { warn: 'there are no such warnings: remove it', free_form: 'it is called cmd' },
  debug: { verbosity: 'write when: ansible_verbosity >= 2 beside it' },
  stat: {
    get_mime: 'ask with command: file -b, and register',
    get_attributes: 'ask with command: lsattr, and register',
  },
};

function docker(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const always = 'all that is declared is compared: remove it';
  return {
    docker_image: {
      ...DOCKER,
      build: 'its work is done by docker_build',
      source: 'it is pulled, or loaded where archive is given; docker_build builds one: remove it',
      tag: 'write it into the name: app:1.2',
      repository: 'further names are tag_as',
      load_path: 'it is called archive, and is a file of the project',
      archive_path: 'use command: docker save, with creates',
      push: 'use command: docker push',
      force_source: 'a tag that moves can’t be told from outside: name a version, or an id',
    },
    docker_run: {
      ...DOCKER,
      detach: 'a container always runs on its own: remove it; for one that ends use command: docker run --rm',
      auto_remove: 'for a container that ends use command: docker run --rm',
      cleanup: 'for a container that ends use command: docker run --rm',
      comparisons: always,
      networks_cli_compatible: 'it is so: remove it',
      purge_networks: always,
      keep_volumes: 'volumes are never removed with a container: remove it',
      restart_retries: 'write restart: on-failure:5',
      links: 'put both on one network: there they find each other by name',
      volumes_from: 'name the volumes in volumes',
      force_kill: 'write stop_timeout: 0',
      paused: 'use command: docker pause, with a guard (unless)',
    },
    docker_network: {
      ...DOCKER,
      ipam_config: 'write subnet, gateway and ip_range',
      connected: 'a container names its own networks, in docker_run',
      containers: 'a container names its own networks, in docker_run',
      network_name: 'it is called name',
      force: 'a network with members is left alone: stop them first',
    },
    docker_volume: {
      ...DOCKER,
      recreate: 'data is never thrown away unasked: remove it first, with state: absent',
    },
    docker_compose: {
      ...DOCKER,
      definition: 'copy the file to the host, and name its directory in project_src',
      restarted: 'use command: docker compose restart',
      stopped: 'write state: stopped',
      remove_images: 'use docker_image with state: absent, or docker_prune',
      nocache: 'write no_cache into the build of the compose file',
      scale: 'write deploy.replicas into the compose file',
      profiles: 'set COMPOSE_PROFILES in environment',
    },
    docker_prune: { ...DOCKER, builder_cache: 'use command: docker builder prune -f' },
    docker_exec: {
      ...DOCKER,
      detach: 'what a task runs is waited for',
      tty: 'nobody looks: remove it',
      strip_empty_ends: 'output is registered without its last line end: remove it',
    },
    postgres_db: {
      ...POSTGRES,
      target: 'use command or docker_exec: pg_dump or pg_restore, with a guard',
      tablespace: 'use psql_exec: ALTER DATABASE … SET TABLESPACE, with a guard',
    },
    postgres_user: {
      ...POSTGRES,
      db: 'rights are granted with psql_exec; the database that is logged in to is login_db',
      priv: 'use psql_exec: GRANT … ON …',
      groups: 'use psql_exec: GRANT role TO role',
      encrypted: 'a password is always kept as a verifier: remove it',
      comment: 'use psql_exec: COMMENT ON ROLE',
    },
  };
}

/** What to do instead of a parameter of Ansible's; undefined: it is none that is known. */
export function foreignParameter(type: string, parameter: string): string | undefined {
  const known = Object.hasOwn(INSTEAD, type) ? INSTEAD[type]! : {};
  return Object.hasOwn(known, parameter) ? known[parameter] : undefined;
}
