const NO_FACTS_IN_PARTS = 'facts are asked for only where something reads one: remove it';
const OWN_ATTRIBUTES = 'use command: chattr or setfacl, with a guard (unless)';

/** Parameters of Ansible's modules that the task type of that name lacks: what to do instead. */
const INSTEAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  apt: {
    upgrade: 'use command: apt-get -y dist-upgrade; a single package is upgraded by state: latest',
    deb: 'copy the file to the host, and use command: apt-get install ./x.deb, with a guard (unless: dpkg -s x)',
    autoremove: 'use command: apt-get -y autoremove',
    force_apt_get: 'apt-get is what is used: remove it',
  },
  copy: { attributes: OWN_ATTRIBUTES, checksum: 'contents are always compared by their hash: remove it' },
  file: {
    attributes: OWN_ATTRIBUTES,
    access_time: 'times are not kept',
    modification_time: 'times are not kept',
  },
  template: {
    block_start_string: 'templates are Handlebars: {{#if}}, {{#each}}',
    newline_sequence: 'write the line ends into the template',
  },
  service: {
    daemon_reload: 'it is done when it is needed: remove it',
    masked: 'use command: systemctl mask, with a guard (unless)',
    scope: 'services of the system only',
  },
  uri: {
    body: 'uri only asks: send it with command: curl, and a guard',
    body_format: 'uri only asks: send it with command: curl, and a guard',
    dest: 'fetch it with command: {cmd: curl -fsSLo FILE URL, creates: FILE}',
    url_username: 'it is called user',
    url_password: 'it is called password',
    force_basic_auth: 'user and password are sent at once: remove it',
  },
  unarchive: {
    extra_opts: 'use command: tar …, with creates',
    exclude: 'use command: tar --exclude …, with creates',
    list_files: 'what was unpacked is recorded on the host: remove it',
  },
  setup: { filter: NO_FACTS_IN_PARTS, gather_subset: NO_FACTS_IN_PARTS, gather_timeout: NO_FACTS_IN_PARTS },
  user: {
    generate_ssh_key: 'use command: ssh-keygen, with creates',
    expires: 'use command: chage -E, with a guard (unless)',
  },
  git: {
    clone: 'it is always cloned where it is not there: remove it',
    accept_hostkey: 'see known_hosts: host keys are always verified',
  },
  shell: { warn: 'there are no such warnings: remove it', free_form: 'it is called cmd' },
  command: { warn: 'there are no such warnings: remove it', free_form: 'it is called cmd' },
  debug: { verbosity: 'write when: ansible_verbosity >= 2 beside it' },
  stat: {
    get_mime: 'ask with command: file -b, and register',
    get_attributes: 'ask with command: lsattr, and register',
  },
};

/** What to do instead of a parameter of Ansible's; undefined: it is none that is known. */
export function foreignParameter(type: string, parameter: string): string | undefined {
  const known = Object.hasOwn(INSTEAD, type) ? INSTEAD[type]! : {};
  return Object.hasOwn(known, parameter) ? known[parameter] : undefined;
}
