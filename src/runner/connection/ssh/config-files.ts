import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** The keywords of ssh_config(5) that change to whom and how we connect. */
const MATTERS =
  /^\s*(HostName|User|Port|IdentityFile|IdentitiesOnly|IdentityAgent|CertificateFile|PKCS11Provider|ProxyJump|ProxyCommand|ProxyUseFdpass|UserKnownHostsFile|GlobalKnownHostsFile|StrictHostKeyChecking|KnownHostsCommand|HostKeyAlias|Match|Canonicalize\w+|PreferredAuthentications)\b/im;

/**
 * True if one of the files, or one that they include, says anything that matters; then `ssh -G` must be asked. Debian's
 * own /etc/ssh/ssh_config says nothing that does.
 */
export function configMatters(files: readonly string[], home: string): boolean {
  return files.some((file) => fileMatters(file, home, 0));
}

function fileMatters(file: string, home: string, depth: number): boolean {
  const text = read(file);
  if (text === null) return false;
  if (depth > 16 || MATTERS.test(text)) return true;
  return [...text.matchAll(/^\s*Include[\s=]+(.+)$/gim)]
    .flatMap((match) => match[1]!.trim().split(/\s+/))
    .some((pattern) => includeMatters(resolve(pattern.replaceAll('"', ''), file, home), home, depth));
}

/** An Include whose directory holds a wildcard is taken to matter. */
function includeMatters(pattern: string, home: string, depth: number): boolean {
  if (/[*?[]/.test(dirname(pattern))) return true;
  if (!/[*?[]/.test(pattern)) return fileMatters(pattern, home, depth + 1);
  const folder = dirname(pattern);
  const name = globToRegExp(basename(pattern));
  return entriesOf(folder).some(
    (entry) => name.test(entry) && fileMatters(join(folder, entry), home, depth + 1),
  );
}

function resolve(path: string, from: string, home: string): string {
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return isAbsolute(path) ? path : join(dirname(from), path);
}

function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
