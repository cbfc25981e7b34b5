import { run } from '../../../scripts/lib/run.ts';
import { type Container, start } from './docker.ts';
import { image } from './images.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** By name in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ASK = `
import json, sys, urllib.request, urllib.error
ask = json.load(sys.stdin)
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *words): return None
opener = urllib.request.build_opener(Stay)
body = ask.get('body')
request = urllib.request.Request(ask['url'], None if body is None else body.encode(), ask.get('headers', {}), method=ask.get('method', 'GET'))
try:
    answer = opener.open(request, timeout=20)
except urllib.error.HTTPError as error:
    answer = error
print(json.dumps({'status': answer.status, 'text': answer.read().decode(), 'headers': {k.lower(): v for k, v in answer.headers.items()}}))
`;

const clients = new Map<string, Promise<Container>>();

/** A container of the network in which programs can be run. One for all tests of that network. */
export function client(network: string): Promise<Container> {
  const known = clients.get(network);
  if (known) return known;
  const made = image('test/stand-ins/base').then((name) =>
    start(name, ['--init', '--network', network], ['sleep', 'infinity']),
  );
  clients.set(network, made);
  return made;
}

/** Runs a Python program in the network; `input` is its stdin, as JSON. */
export async function python(network: string, program: string, input: unknown): Promise<string> {
  const { name } = await client(network);
  const ran = await run('docker', ['exec', '-i', name, 'python', '-c', program], {
    input: JSON.stringify(input),
  });
  if (ran.code !== 0) throw new Error(ran.stderr.trim().split('\n').at(-1));
  return ran.stdout;
}

/** Asks over HTTP from within the network. Redirects are not followed; an answer is never an error. */
export async function get(network: string, url: string, request: Request = {}): Promise<Answer> {
  return JSON.parse(await python(network, ASK, { url, ...request }));
}
