/** The test hosts. `inventory/local.yaml` names the same ports. */
export interface TestHost {
  readonly name: string;
  /** On 127.0.0.1. */
  readonly sshPort: number;
  /** Stage of `image/Dockerfile`. `bare`: OpenSSH and sudo only. `full`: supervisord and a Docker engine too. */
  readonly stage: 'bare' | 'full';
  /** May run a Docker engine, there from the start or installed later. */
  readonly engine: boolean;
  /** Comes up with a plain `hosts up`; the others only when named. */
  readonly always: boolean;
}

export const HOSTS: readonly TestHost[] = [
  { name: 'mama-app', sshPort: 22201, stage: 'full', engine: true, always: true },
  { name: 'mama-infr', sshPort: 22202, stage: 'full', engine: true, always: true },
  { name: 'mama-bare', sshPort: 22203, stage: 'bare', engine: false, always: false },
];

/** The login user, with sudo and no password. A second one, `nosudo`, has the same key and may do nothing. */
export const LOGIN = 'mama';
export const USERS = [LOGIN, 'nosudo'] as const;

export const NETWORK = 'mama-test-hosts';

/** The label that holds the definition a container or image was made from, as a hash. */
export const MADE_FROM = 'mama-test-hosts.made-from';

/** The label that holds the stage that a container was made from. */
export const STAGE = 'mama-test-hosts.stage';

/** The volume under the host's own Docker engine. */
export function volumeOf(host: TestHost): string {
  return `${host.name}-docker`;
}
