import { text } from '../contract/exchange.ts';
import { lines, type Script, sh } from '../contract/script.ts';
import { EVERYTHING, queryTask, type Refusal, refuse } from '../contract/task-type.ts';
import { lookOnce, lookUntil, type Patience, readLook } from './lib/await.ts';
import { PORT_OPEN } from './lib/port-open.ts';

interface Desired extends Patience {
  readonly what: Port | Path;
  /** The port accepts connections; the path is there (and holds the text). */
  readonly wanted: boolean;
  readonly state: string;
  readonly msg: string | undefined;
}

interface Port {
  readonly kind: 'port';
  readonly host: string;
  readonly port: number;
  /** Seconds for one attempt. */
  readonly connect: number;
}

interface Path {
  readonly kind: 'path';
  readonly path: string;
  readonly text: { readonly kind: 'regex' | 'fixed'; readonly value: string } | null;
}

/** Waits, on the host, until a port, a path or a text in a file is as wanted. */
export default queryTask({
  name: 'wait_for',
  schema: {
    type: 'object',
    description:
      'Waits, on the host, until a port is open or closed, a path is there or gone, or a file holds a text.',
    additionalProperties: false,
    exactlyOne: [['port', 'path']],
    properties: {
      port: {
        type: 'integer',
        minimum: 1,
        maximum: 65535,
        description: 'A TCP port.',
      },
      host: {
        type: 'string',
        minLength: 1,
        default: '127.0.0.1',
        description: 'Where the port is, as seen from the host.',
      },
      path: {
        type: 'string',
        pattern: '^/',
        description: 'A path on the host, absolute.',
      },
      search_regex: {
        type: 'string',
        minLength: 1,
        description:
          'With `path`: an extended regular expression (`grep -E`) that a line of the file must match.',
        examples: ['^ready in [0-9]+ ms'],
      },
      text: {
        type: 'string',
        minLength: 1,
        description: 'With `path`: a text that a line of the file must hold, taken literally.',
      },
      state: {
        enum: ['started', 'present', 'stopped', 'absent'],
        default: 'started',
        description:
          'started or present: the port accepts connections, the path exists; stopped or absent: the opposite.',
      },
      timeout: {
        type: 'integer',
        minimum: 0,
        default: 300,
        description: 'Seconds after which the task fails.',
      },
      delay: {
        type: 'integer',
        minimum: 0,
        default: 0,
        description: 'Seconds before the first look.',
      },
      sleep: {
        type: 'integer',
        minimum: 1,
        default: 1,
        description: 'Seconds between two looks.',
      },
      connect_timeout: {
        type: 'integer',
        minimum: 1,
        default: 5,
        description: 'Seconds that one attempt to connect may take.',
      },
      msg: {
        type: 'string',
        description: 'Said instead of the usual message when the time is up.',
      },
    },
  } as const,
  fields: {
    elapsed: { type: 'integer', description: 'Seconds that it took.' },
    state: { type: 'string', description: 'The state that was waited for.' },
    match: { type: 'string', description: 'With search_regex or text: the first line that has it.' },
  },

  desire(params): Desired | Refusal {
    const { search_regex, text: fixed, path } = params;
    if (path === undefined && (search_regex ?? fixed) !== undefined) {
      return refuse('search_regex and text need a path', 'What a port says is not looked at.');
    }
    if (search_regex !== undefined && fixed !== undefined) {
      return refuse('search_regex and text exclude each other');
    }
    if ((search_regex ?? fixed)?.includes('\n'))
      return refuse('a text to search for must be within one line');
    const { state, timeout, delay, sleep, msg } = params;
    return {
      what: params.port === undefined ? pathOf(path ?? '', search_regex, fixed) : portOf(params.port, params),
      wanted: state === 'started' || state === 'present',
      state,
      timeout,
      delay,
      pause: sleep,
      msg,
    };
  },

  /** With a delay the first look is not now: what is seen at once may be about to go away. */
  probe: (desired) => (desired.delay > 0 ? sh`echo again 0` : lookOnce(look(desired, 1))),
  wait: (desired) => lookUntil(look(desired), desired),

  looksAt: ({ what }) =>
    what.kind === 'port' ? ['service:', 'program:', 'container:', 'network:', 'package:'] : EVERYTHING,

  read(reply, desired) {
    const said = readLook(text(reply.out));
    if (!said || reply.code !== 0) return { result: {}, failed: `could not look: ${text(reply.err).trim()}` };
    const { heading, elapsed, seen } = said;
    const searched = desired.what.kind === 'path' && desired.what.text !== null && desired.wanted;
    const result = { elapsed, state: desired.state, ...(searched ? { match: seen } : {}) };
    switch (heading) {
      case 'met':
        return { result };
      case 'again':
        return { again: true };
      case 'late':
        return { result, failed: desired.msg ?? `${complaint(desired)} after ${elapsed} s` };
      case 'unable':
        return { result, failed: seen || unable(desired), ...(seen ? {} : { hint: UNABLE_HINT }) };
    }
  },
});

const UNABLE_HINT = 'Install bash, or a netcat (netcat-openbsd, busybox).';

function unable({ what }: Desired): string {
  return what.kind === 'port'
    ? `this host has neither bash nor nc to try port ${what.port} of ${what.host} with`
    : `cannot look at ${what.path}`;
}

function complaint({ what, wanted }: Desired): string {
  if (what.kind === 'port') {
    const place = `port ${what.port} of ${what.host}`;
    return wanted ? `${place} accepts no connection` : `${place} still accepts connections`;
  }
  const { path, text: searched } = what;
  if (!searched) return wanted ? `${path} does not exist` : `${path} still exists`;
  const how = searched.kind === 'regex' ? 'matches' : 'holds';
  const value = JSON.stringify(searched.value);
  return wanted ? `no line of ${path} ${how} ${value}` : `a line of ${path} still ${how} ${value}`;
}

function portOf(port: number, { host, connect_timeout }: { host: string; connect_timeout: number }): Port {
  return { kind: 'port', host, port, connect: connect_timeout };
}

function pathOf(path: string, regex: string | undefined, fixed: string | undefined): Path {
  const value = regex ?? fixed;
  const kind = regex === undefined ? 'fixed' : 'regex';
  return { kind: 'path', path, text: value === undefined ? null : { kind, value } };
}

/** The function `look`, as `lookOnce` and `lookUntil` want it. `most` seconds may be spent on connecting. */
function look({ what, wanted }: Desired, most = Number.POSITIVE_INFINITY): Script {
  const there =
    what.kind === 'port'
      ? lines(PORT_OPEN, sh`there() { port_open ${what.host} ${what.port} ${Math.min(what.connect, most)}; }`)
      : sh`there() { ${holds(what, wanted)}; }`;
  const look = wanted
    ? sh`look() { there; }`
    : sh`look() { said=$(there); case $? in 0) return 1 ;; 1) return 0 ;; *) printf %s "$said"; return 2 ;; esac; }`;
  return lines(there, look);
}

/** A file that is not there holds nothing; one that cannot be read is an error, told on stdout. */
function holds({ path, text: searched }: Path, wanted: boolean): Script {
  // A link to nothing is not there yet, and is not gone yet.
  if (!searched) return wanted ? sh`[ -e ${path} ]` : sh`[ -e ${path} ] || [ -L ${path} ]`;
  const flag = searched.kind === 'regex' ? '-E' : '-F';
  return sh`[ -e ${path} ] || return 1
  grep -m 1 ${flag} -e ${searched.value} -- ${path} 2>&1`;
}
