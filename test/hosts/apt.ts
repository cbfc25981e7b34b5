import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file to be put into an image, by its absolute path there. */
export type ImageFiles = ReadonlyMap<string, string>;

const SOURCES = '/etc/apt/sources.list';
const DEBIAN_PATH = /\/debian(-security|-updates)?\/?$/;

/**
 * How this machine reaches its Debian mirror, so that an image can reach it in the same way: package sources that
 * name nothing but Debian 12, apt's transport settings, proxies and certificate authorities.
 */
export function aptConfiguration(): ImageFiles {
  const files = new Map<string, string>();
  for (const path of [SOURCES, ...filesIn(`${SOURCES}.d`)]) {
    const text = read(path);
    if (text !== null && namesOnlyDebian12(text)) files.set(path, text);
  }
  if (files.size > 0 && !files.has(SOURCES)) files.set(SOURCES, '');
  for (const path of filesIn('/etc/apt/apt.conf.d')) {
    const text = read(path);
    if (text !== null && isTransport(text)) files.set(path, text);
  }
  files.set('/etc/apt/apt.conf.d/90mama-test-hosts', ourSettings());
  for (const path of [...filesIn('/usr/local/share/ca-certificates'), '/etc/ssl/certs/ca-certificates.crt']) {
    const text = read(path);
    if (text !== null) files.set(path, text);
  }
  return files;
}

/** The mirror that debootstrap should take. */
export function mirror(files: ImageFiles): string {
  for (const [path, text] of files) {
    if (!path.startsWith(SOURCES)) continue;
    const found = uris(text).find((uri) => /\/debian\/?$/.test(uri));
    if (found) return found;
  }
  return 'http://deb.debian.org/debian';
}

function ourSettings(): string {
  const lines = ['Acquire::Languages "none";', 'Acquire::Retries "3";'];
  for (const scheme of ['http', 'https']) {
    const proxy = process.env[`${scheme}_proxy`] ?? process.env[`${scheme.toUpperCase()}_PROXY`];
    if (proxy) lines.push(`Acquire::${scheme}::Proxy "${proxy}";`);
  }
  return lines.join('\n') + '\n';
}

/** Both of apt's formats: one-line (`deb URI suite …`) and deb822 (`URIs: …`). */
function uris(text: string): string[] {
  return withoutComments(text).flatMap((line) => {
    const oneLine = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/.exec(line);
    if (oneLine) return [oneLine[1]!];
    const fields = /^URIs:\s*(.*)$/i.exec(line);
    return fields ? fields[1]!.split(/\s+/).filter(Boolean) : [];
  });
}

function namesOnlyDebian12(text: string): boolean {
  const all = uris(text);
  return all.length > 0 && all.every((uri) => DEBIAN_PATH.test(uri)) && text.includes('bookworm');
}

/** Only settings of how packages are fetched: hooks and the like name programs that an image lacks. */
function isTransport(text: string): boolean {
  const lines = withoutComments(text);
  return (
    lines.length > 0 && lines.every((line) => /^Acquire::(http|https|Check|Force|AllowInsecure)/i.test(line))
  );
}

function withoutComments(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('//'));
}

function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name));
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
