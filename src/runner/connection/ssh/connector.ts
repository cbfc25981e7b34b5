import type { Target, Trouble } from '../../contract/exchange.ts';
import { type ConnectOptions, keepaliveOf } from '../connect.ts';
import type { Line } from '../line.ts';
import { SlotsByKey } from '../slots.ts';
import { trouble } from '../trouble.ts';
import { credentials, nothingToTry } from './auth.ts';
import { type SshClient, shakeHands } from './handshake.ts';
import { HostKeys } from './host-key.ts';
import { type Hop, JumpHosts, type Passage } from './jump.ts';
import { Keys } from './keys.ts';
import { sshLine } from './line.ts';
import { type Settings, SettingsReader } from './settings.ts';

/** Opens lines over ssh2. What the hosts of a run share is here: configuration, keys, host keys, jump hosts, queues. */
export class SshConnector {
  readonly #options: ConnectOptions;
  readonly #settings: SettingsReader;
  readonly #keys: Keys;
  readonly #hostKeys: HostKeys;
  readonly #queue: SlotsByKey;
  readonly #jumps = new JumpHosts();

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#settings = new SettingsReader(options.env, options.warn);
    this.#keys = new Keys(options.askPassphrase, options.warn);
    this.#hostKeys = new HostKeys(options.warn);
    this.#queue = new SlotsByKey(options.maxPerAddress ?? 8);
  }

  async connect(target: Target, stop?: AbortSignal): Promise<Line | Trouble> {
    if (target.sshArgs && target.sshArgs.length > 0) {
      this.#options.warn(
        `${target.name}: ssh arguments (${target.sshArgs.join(' ')}) are heard by ansible_connection: openssh only`,
      );
    }
    const settings = await this.#read(target.name, target, {
      host: target.address,
      port: target.port,
      user: target.user,
      proxyJump: target.proxyJump,
    });
    if ('kind' in settings) return settings;
    const passage = settings.proxyJump ? await this.#enter(settings.proxyJump, target, 0, stop) : null;
    if (passage && 'kind' in passage) {
      return trouble(passage.trouble, `${target.name} can't be reached: ${passage.message}`, passage.hint);
    }
    const open = (until?: AbortSignal) =>
      this.#client(target.name, settings, target, passage, target.password, until);
    const client = await open(stop);
    if ('kind' in client) {
      passage?.leave();
      return client;
    }
    return sshLine(target.name, settings.user, client, open, () => passage?.leave());
  }

  /** Through a chain of jump hosts; the first one may itself be behind another by its own configuration. */
  #enter(chain: string, target: Target, depth: number, stop?: AbortSignal): Promise<Passage | Trouble> {
    const as = target.privateKeyFile ?? '';
    return this.#jumps.enter(chain, as, async (hop: Hop, before) => {
      const settings = await this.#read(hop.host, target, { ...hop, proxyJump: before ? 'none' : undefined });
      if ('kind' in settings) return settings;
      if (!settings.proxyJump || settings.proxyJump === chain) {
        return this.#client(hop.host, settings, target, before, undefined, stop);
      }
      if (depth === 8) return trouble('unreachable', `the ProxyJump of ${hop.host} leads back to itself`);
      const outer = await this.#enter(settings.proxyJump, target, depth + 1, stop);
      return 'kind' in outer ? outer : this.#client(hop.host, settings, target, outer, undefined, stop);
    });
  }

  async #read(
    name: string,
    target: Target,
    wanted: {
      host: string;
      port?: number | undefined;
      user?: string | undefined;
      proxyJump?: string | undefined;
    },
  ): Promise<Settings | Trouble> {
    const settings = await this.#settings.read({
      ...wanted,
      keyFile: target.privateKeyFile,
      knownHostsFile: target.knownHostsFile,
      configFile: target.sshConfigFile,
    });
    if (settings instanceof Error) {
      return trouble(
        'unreachable',
        `the ssh configuration for ${name} can't be read: ${settings.message}`,
        'correct ~/.ssh/config',
      );
    }
    if (settings.beyondUs.length === 0) return settings;
    const words = settings.beyondUs.join(', ');
    return trouble(
      'unreachable',
      `the ssh configuration of ${name} uses ${words}, which this connection can't`,
      'set ansible_connection: openssh for it',
    );
  }

  /** An authenticated client; at most so many unauthenticated ones per address, and per jump host, at a time. */
  async #client(
    name: string,
    settings: Settings,
    target: Target,
    passage: Passage | null,
    password: string | undefined,
    stop: AbortSignal | undefined,
  ): Promise<SshClient | Trouble> {
    const found = await credentials(this.#keys, settings, { passphrase: target.passphrase, password });
    if (found.attempts.length === 0) return nothingToTry(name, settings, found);
    const release = await this.#queue.take(
      passage ? `by ${passage.key}` : `${settings.hostName}:${settings.port}`,
    );
    const client = await shakeHands({
      name,
      settings,
      credentials: found,
      hostKeys: this.#hostKeys,
      timeout: target.connectTimeout,
      stop,
      keepalive: keepaliveOf(target, this.#options),
      ...(passage ? { through: () => passage.forward(settings.hostName, settings.port) } : {}),
    });
    release();
    return client;
  }
}
