import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Environment, homeOf, namedConfig } from '../home.ts';
import { runLocally } from '../local-command.ts';
import { Slots } from '../slots.ts';
import { configMatters } from './config-files.ts';

/** How to reach one host, after the inventory and ssh_config(5) have been heard. */
export interface Settings {
  /** As the user wrote it: the key of configuration and known_hosts. */
  readonly host: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** In the order of trying; those that were named (not the defaults) are `explicit`. */
  readonly identityFiles: readonly { readonly path: string; readonly explicit: boolean }[];
  readonly identitiesOnly: boolean;
  /** The agent's socket; null: none. */
  readonly agent: string | null;
  readonly proxyJump: string | null;
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  readonly hostKeyAlias: string | null;
  readonly strict: 'refuse' | 'accept-new' | 'no';
  readonly hashKnownHosts: boolean;
  /** What of the configuration only the system's ssh can do. */
  readonly beyondUs: readonly string[];
}

export interface Wanted {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly proxyJump?: string | undefined;
  readonly knownHostsFile?: string | undefined;
  readonly configFile?: string | undefined;
}

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** Resolves hosts; asks `ssh -G` once per distinct host, and not at all where no configuration says anything. */
export class SettingsReader {
  readonly #env: Environment;
  readonly #warn: (message: string) => void;
  readonly #asked = new Map<string, Promise<Answers>>();
  readonly #matters = new Map<string, boolean>();
  readonly #slots = new Slots(8);
  #warned = false;

  constructor(env: Environment, warn: (message: string) => void) {
    this.#env = env;
    this.#warn = warn;
  }

  async read(wanted: Wanted): Promise<Settings | Error> {
    const answers = this.#configured(wanted.configFile)
      ? await this.#ask(wanted)
      : new Map<string, string[]>();
    return answers instanceof Error ? answers : settingsOf(wanted, answers, this.#env);
  }

  #configured(configFile: string | undefined): boolean {
    if (configFile === 'none') return false;
    const key = configFile ?? '';
    let matters = this.#matters.get(key);
    if (matters === undefined) {
      const home = homeOf(this.#env);
      const files = configFile ? [configFile] : [join(home, '.ssh/config'), '/etc/ssh/ssh_config'];
      matters = configMatters(files, home);
      this.#matters.set(key, matters);
    }
    return matters;
  }

  #ask(wanted: Wanted): Promise<Answers> {
    const config = wanted.configFile ?? namedConfig(this.#env);
    const args = ['-G', ...(config ? ['-F', config] : [])];
    if (wanted.port !== undefined) args.push('-p', String(wanted.port));
    if (wanted.user !== undefined) args.push('-l', wanted.user);
    args.push('--', wanted.host);
    const key = args.join('\0');
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = this.#run(args);
      this.#asked.set(key, asked);
    }
    return asked;
  }

  async #run(args: readonly string[]): Promise<Answers> {
    const release = await this.#slots.take();
    const result = await runLocally('ssh', args);
    release();
    if (result.code === 0) return parseAnswers(result.out);
    if (result.code === 127) {
      if (!this.#warned)
        this.#warn('the ssh client is not installed, so its configuration files are not read');
      this.#warned = true;
      return new Map();
    }
    const words =
      result.err
        .trim()
        .split('\n')
        .find((line) => line.includes('line')) ?? result.err.trim();
    return new Error(words);
  }
}

type Answers = ReadonlyMap<string, readonly string[]> | Error;

function parseAnswers(text: string): ReadonlyMap<string, readonly string[]> {
  const answers = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const at = line.indexOf(' ');
    if (at < 0) continue;
    const key = line.slice(0, at).toLowerCase();
    answers.set(key, [...(answers.get(key) ?? []), line.slice(at + 1)]);
  }
  return answers;
}

function settingsOf(
  wanted: Wanted,
  answers: ReadonlyMap<string, readonly string[]>,
  env: Environment,
): Settings {
  const one = (key: string): string | null => {
    const value = answers.get(key)?.[0];
    return value === undefined || value === 'none' ? null : value;
  };
  const hostName = one('hostname') ?? wanted.host;
  const port = wanted.port ?? Number(one('port') ?? 22);
  const user = wanted.user ?? one('user') ?? env['USER'] ?? userInfo().username;
  const expand = (path: string): string =>
    expandTokens(path, { env, hostName, host: wanted.host, port, user });
  const files = (key: string): string[] =>
    (answers.get(key)?.[0] ?? '')
      .split(/\s+/)
      .filter((f) => f && f !== 'none')
      .map(expand);
  const home = homeOf(env);
  const userFiles = files('userknownhostsfile');
  const globalFiles = files('globalknownhostsfile');
  const agent = one('identityagent') ?? 'SSH_AUTH_SOCK';

  return {
    host: wanted.host,
    hostName: hostName.replaceAll('%h', wanted.host),
    port,
    user,
    identityFiles: identityFiles(wanted, answers, expand, home),
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: answers.get('identityagent')?.[0] === 'none' ? null : agentSocket(agent, env, expand),
    proxyJump: wanted.proxyJump !== undefined ? noneIsNull(wanted.proxyJump) : one('proxyjump'),
    userKnownHosts: wanted.knownHostsFile
      ? [expand(wanted.knownHostsFile)]
      : userFiles.length > 0
        ? userFiles
        : [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')],
    globalKnownHosts:
      globalFiles.length > 0 ? globalFiles : ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
    hostKeyAlias: one('hostkeyalias'),
    strict: strictness(one('stricthostkeychecking')),
    hashKnownHosts: one('hashknownhosts') === 'yes',
    beyondUs: beyondUs(answers),
  };
}

function identityFiles(
  wanted: Wanted,
  answers: ReadonlyMap<string, readonly string[]>,
  expand: (path: string) => string,
  home: string,
): Settings['identityFiles'] {
  const given = wanted.keyFile ? [{ path: expand(wanted.keyFile), explicit: true }] : [];
  const defaults = DEFAULT_KEYS.map((name) => join(home, '.ssh', name));
  const configured = (answers.get('identityfile') ?? []).filter((path) => path !== 'none').map(expand);
  // `ssh -G` lists its defaults where nothing was configured, and only then does it list several of them.
  const isDefault = (path: string): boolean =>
    /\/\.ssh\/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)$/.test(path);
  const explicit = configured.filter((path) => !isDefault(path) || configured.length < 3);
  const rest =
    explicit.length > 0
      ? explicit.map((path) => ({ path, explicit: true }))
      : defaults.map((path) => ({ path, explicit: false }));
  return [...given, ...rest.filter((file) => file.path !== given[0]?.path)];
}

function agentSocket(agent: string, env: Environment, expand: (path: string) => string): string | null {
  if (agent === 'SSH_AUTH_SOCK') return env['SSH_AUTH_SOCK'] || null;
  return agent.startsWith('$') ? env[agent.slice(1).replace(/[{}]/g, '')] || null : expand(agent);
}

function strictness(value: string | null): Settings['strict'] {
  if (value === 'accept-new') return 'accept-new';
  return value === 'no' || value === 'off' || value === 'false' ? 'no' : 'refuse';
}

function beyondUs(answers: ReadonlyMap<string, readonly string[]>): string[] {
  return ['ProxyCommand', 'CertificateFile', 'PKCS11Provider', 'KnownHostsCommand'].filter((word) => {
    const value = answers.get(word.toLowerCase())?.[0];
    return value !== undefined && value !== 'none';
  });
}

/** The tokens of ssh_config(5) that make sense in a path. */
function expandTokens(
  path: string,
  as: { env: Environment; hostName: string; host: string; port: number; user: string },
): string {
  const home = homeOf(as.env);
  const tokens: Record<string, string> = {
    '%': '%',
    d: home,
    h: as.hostName,
    n: as.host,
    k: as.host,
    p: String(as.port),
    r: as.user,
    u: as.env['USER'] ?? userInfo().username,
    i: String(userInfo().uid),
  };
  return path
    .replace(/^~(?=\/|$)/, home)
    .replace(/\$\{(\w+)\}/g, (_, name: string) => as.env[name] ?? '')
    .replace(/%(.)/g, (all, letter: string) => tokens[letter] ?? all);
}

function noneIsNull(value: string): string | null {
  return value === '' || value === 'none' ? null : value;
}
