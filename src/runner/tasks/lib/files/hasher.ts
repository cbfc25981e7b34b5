import { type Script, sh } from '../../../contract/script.ts';

/** Bytes from which openssl is worth its start: it uses the processor's own instructions, three times as quick. */
const LARGE = 4 * 1024 * 1024;

/**
 * Makes `$H` the command that hashes files of up to so many bytes with SHA-256: words to be split, and output as
 * sha256sum's. openssl is no tool that a host must have.
 */
export function chooseHasher(size: number): Script {
  if (size < LARGE) return sh`H=sha256sum`;
  return sh`H='openssl dgst -sha256 -r'; $H </dev/null >/dev/null 2>&1 || H=sha256sum`;
}
