import { lines, type Script, sh } from '../../../contract/script.ts';

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS';
  /** Without user and password. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: { readonly user: string; readonly password: string } | null;
  /** Seconds. */
  readonly timeout: number;
  readonly verify: boolean;
  readonly follow: boolean;
}

/** Bytes of an answer that are looked at. */
export const MOST_BYTES = 1_048_576;

/**
 * Asks with curl, else with GNU wget, else with busybox's wget; whatever is secret goes over stdin. What cannot be
 * asked with the tool at hand is not asked. stdout is the answer, for curl its headers first; the last line of stderr
 * is `uri: TOOL CODE`, where TOOL is `none` or `unable` when nothing was asked.
 */
export function request(asked: Request): Script {
  return sh`if command -v curl >/dev/null 2>&1; then
  { ${curl(asked)}; echo "uri: curl $?" >&2; } | head -c ${MOST_BYTES}
elif ! command -v wget >/dev/null 2>&1; then
  echo 'uri: none 0' >&2
else case $(wget --version 2>&1 </dev/null) in
  *'GNU Wget'*) ${wget(asked, 'gnu')} ;;
  *) ${wget(asked, 'busybox')} ;;
esac; fi`;
}

/** The configuration is curl's own form (curl's manual page, `-K`), fed to its stdin. */
function curl({ method, url, headers, credentials, timeout, verify, follow }: Request): Script {
  const option = (name: string, value: string): string =>
    `${name} = "${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\t', '\\t')}"`;
  const config = [
    'silent',
    'show-error',
    'globoff',
    'include',
    option('url', url),
    option('proto', '=http,https'),
    option('proto-redir', '=http,https'),
    option('max-time', String(timeout)),
    option('write-out', '%{stderr}uri-curl: %{http_code} %{size_header} %{url_effective}\\n').replaceAll(
      '\\\\n',
      '\\n',
    ),
    ...(method === 'HEAD' ? ['head'] : method === 'GET' ? [] : [option('request', method)]),
    ...Object.entries(headers).map(([name, value]) =>
      option('header', value === '' ? `${name};` : `${name}: ${value}`),
    ),
    ...(credentials ? [option('user', `${credentials.user}:${credentials.password}`)] : []),
    ...(verify ? [] : ['insecure']),
    ...(follow ? ['location'] : []),
  ];
  return sh`printf '%s\n' ${config} | curl -q -K -`;
}

/** Headers that give nothing away: wget takes headers on its command line, where every user of the host can read them. */
const HARMLESS =
  /^(?:accept|accept-.*|cache-control|connection|content-type|host|if-.*|origin|pragma|range|referer|user-agent|x-forwarded-.*|x-requested-with)$/i;

function wget(asked: Request, kind: 'gnu' | 'busybox'): Script {
  if (reasonAgainst(asked, kind) !== null) return sh`echo ${`uri: unable ${kind}`} >&2`;
  const { method, timeout, verify, follow, headers } = asked;
  const header = Object.entries(headers).map(([name, value]) => `--header=${name}: ${value}`);
  const trust = verify || kind === 'busybox' ? [] : ['--no-check-certificate'];
  const run =
    kind === 'gnu'
      ? sh`printf '%s\n' ${withCredentials(asked)} | timeout ${timeout} wget -nv -S -O - -t 1 -i - --content-on-error --auth-no-challenge --method=${method} --max-redirect=${follow ? 5 : 0} ${[...header, ...trust]}`
      : lines(
          sh`timeout ${timeout} wget -q -S -O - ${[...header, ...(method === 'HEAD' ? ['--spider'] : [])]} ${asked.url}`,
        );
  return sh`{ ${run}; echo ${`uri: ${kind}`} "$?" >&2; } | head -c ${MOST_BYTES}`;
}

/** Why this wget must not be used for it, or null. */
export function reasonAgainst(asked: Request, kind: 'gnu' | 'busybox'): string | null {
  const telling = Object.keys(asked.headers).find((name) => !HARMLESS.test(name));
  if (telling !== undefined) return `would show the header ${telling} on its command line`;
  if (kind === 'gnu') return null;
  if (asked.credentials) return 'would show the password on its command line';
  if (asked.url.includes('?')) return 'would show the query of the URL on its command line';
  if (asked.method === 'OPTIONS') return 'knows no OPTIONS';
  if (!asked.follow) return 'always follows redirects';
  if (asked.url.startsWith('https:')) return 'does not check certificates';
  return null;
}

/** Sent at once, as curl does. */
function withCredentials({ url, credentials }: Request): string {
  if (!credentials) return url;
  const userinfo = [credentials.user, credentials.password].map(encodeURIComponent).join(':');
  return url.replace('://', () => `://${userinfo}@`);
}
