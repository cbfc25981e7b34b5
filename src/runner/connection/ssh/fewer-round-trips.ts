import type { Duplex } from 'node:stream';
import type { Client, ParsedKey } from 'ssh2';

/** The inner parts of an ssh2 client that are used here (ssh2 1.17, pinned in package.json). */
interface Inner {
  readonly _protocol?: {
    authPK?(user: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign): void;
    service?(name: string): void;
    readonly _handlers?: {
      SERVICE_ACCEPT?: (protocol: unknown, name: string) => void;
      GLOBAL_REQUEST?: (protocol: unknown, name: string, wantReply: boolean, data: unknown) => void;
    };
  };
}

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

/**
 * Saves two of the nine round trips that ssh2 takes to the first answer, by saying what the protocol lets one say
 * before the other side has answered. (A third can't be saved: OpenSSH's server opens a channel with a window of 0, so
 * nothing can be written along with the command.) To be called right after `connect`. Where the inner parts are not as expected
 * nothing is changed, and all works as before, slower.
 *
 * `hasty`: the first authentication attempt may follow the request for the service at once. Not so with an RSA key,
 * whose algorithm hangs on what the server says in between.
 */
export function saveRoundTrips(client: Client, hasty: boolean): void {
  signAtOnce(client as unknown as Inner);
  if (hasty) authenticateAtOnce(client as unknown as Inner);
  leaveOtherKeys(client as unknown as Inner);
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
 * Whatever is heard shows that the line lives. To ssh2 only the answer to its own question does, and that waits behind
 * all that is under way: on a slow line for longer than a dead one is waited for.
 */
export function hearAll(client: Client, sock: Duplex): void {
  sock.on('data', () => askAnew(client));
}

/** After `end`: ssh2 would keep its timer, and with it this process, until the other side has closed too. */
export function stopKeepalive(client: Client): void {
  askAnew(client);
}

/** Starts ssh2's timer for its next question; where nothing can be written any more, only ends it. */
function askAnew(client: Client): void {
  (client as unknown as { readonly _resetKA?: () => void })._resetKA?.();
}

/**
 * OpenSSH's server tells of its other host keys after the login. ssh2 would have it prove that it holds them, which
 * costs the server a signature for each; they are of no use here.
 */
function leaveOtherKeys({ _protocol: protocol }: Inner): void {
  const handlers = protocol?._handlers;
  const heard = handlers?.GLOBAL_REQUEST;
  if (!handlers || !heard) return;
  handlers.GLOBAL_REQUEST = (inner, name, wantReply, data) => {
    if (name !== 'hostkeys-00@openssh.com' || wantReply) heard(inner, name, wantReply, data);
  };
}

function hashOf(algorithm: string | undefined): string | undefined {
  if (algorithm === 'rsa-sha2-256') return 'sha256';
  if (algorithm === 'rsa-sha2-512') return 'sha512';
  return algorithm === 'ssh-rsa' ? 'sha1' : undefined;
}
