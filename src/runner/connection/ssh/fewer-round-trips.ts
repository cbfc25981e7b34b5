import type { Client, ParsedKey } from 'ssh2';

/** The inner parts of an ssh2 client that are used here (ssh2 1.17, pinned in package.json). */
interface Inner {
  readonly _protocol?: {
    authPK?(user: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign): void;
    service?(name: string): void;
    exec?(channel: number, command: string, wantReply: boolean): void;
    readonly _handlers?: { SERVICE_ACCEPT?: (protocol: unknown, name: string) => void };
  };
  readonly _chanMgr?: { readonly _channels?: Record<string, InnerChannel | undefined> };
}

interface InnerChannel {
  readonly outgoing?: { readonly id: number };
  readonly _callbacks?: ((failed: boolean | Error) => void)[];
  close(): void;
}

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

/**
 * Saves three of the nine round trips that ssh2 takes to the first answer, by saying what the protocol lets one say
 * before the other side has answered. To be called right after `connect`. Where the inner parts are not as expected
 * nothing is changed, and all works as before, slower.
 *
 * `hasty`: the first authentication attempt may follow the request for the service at once. Not so with an RSA key,
 * whose algorithm hangs on what the server says in between.
 */
export function saveRoundTrips(client: Client, hasty: boolean): void {
  signAtOnce(client as unknown as Inner);
  if (hasty) authenticateAtOnce(client as unknown as Inner);
  writeAtOnce(client as unknown as Inner);
}

/** A key signs without asking first whether it would do: RFC 4252, section 7, has the question as optional. */
function signAtOnce({ _protocol: protocol }: Inner): void {
  const authPK = protocol?.authPK?.bind(protocol);
  if (!protocol || !authPK) return;
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign || !key.isPrivateKey()) return authPK(user, key, algorithm, sign);
    authPK(user, key, algorithm, (data, done) => {
      const signature = key.sign(data, hashOf(algorithm)) as Buffer | Error;
      if (Buffer.isBuffer(signature)) done(signature);
      else authPK(user, key, algorithm);
    });
  };
}

/** The accept of the authentication service says nothing that the first attempt waits for. */
function authenticateAtOnce({ _protocol: protocol }: Inner): void {
  const service = protocol?.service?.bind(protocol);
  const handlers = protocol?._handlers;
  const accepted = handlers?.SERVICE_ACCEPT;
  if (!protocol || !service || !handlers || !accepted) return;
  protocol.service = (name) => {
    service(name);
    handlers.SERVICE_ACCEPT = () => {};
    accepted(protocol, name);
  };
}

/**
 * A channel is handed out once the request to run its command is sent, as OpenSSH's client does. If the server then
 * refuses the command, the channel closes without an exit status.
 */
function writeAtOnce({ _protocol: protocol, _chanMgr: manager }: Inner): void {
  const exec = protocol?.exec?.bind(protocol);
  if (!protocol || !exec || !manager) return;
  protocol.exec = (id, command, wantReply) => {
    exec(id, command, wantReply);
    const channel = Object.values(manager._channels ?? {}).find((c) => c?.outgoing?.id === id);
    const pending = channel?._callbacks?.pop();
    channel?._callbacks?.push((failed) => {
      if (failed) channel.close();
    });
    pending?.(false);
  };
}

/** After `end`: ssh2 would keep its timer, and with it this process, until the other side has closed too. */
export function stopKeepalive(client: Client): void {
  (client as unknown as { readonly _resetKA?: () => void })._resetKA?.();
}

function hashOf(algorithm: string | undefined): string | undefined {
  if (algorithm === 'rsa-sha2-256') return 'sha256';
  if (algorithm === 'rsa-sha2-512') return 'sha512';
  return algorithm === 'ssh-rsa' ? 'sha1' : undefined;
}
