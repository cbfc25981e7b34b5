import type { Json, JsonObject } from '../contract/json.ts';
import { lines, type Script, sh } from '../contract/script.ts';
import { type QueryVerdict, queryTask, type Refusal, refuse } from '../contract/task-type.ts';
import { type Answer, readAnswer } from './lib/http/answer.ts';
import { type Request, reasonAgainst, request } from './lib/http/request.ts';

interface Desired {
  readonly request: Request;
  readonly statuses: readonly number[];
  readonly text: string | undefined;
  readonly returnContent: boolean;
}

/** Seconds that a look ahead of its time may take. */
const AHEAD = 3;

/** Asks a URL from the host, and judges the answer by its status. */
export default queryTask({
  name: 'uri',
  short: 'url',
  schema: {
    type: 'object',
    description: 'Asks a URL from the host, and judges the answer by its status.',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: {
        type: 'string',
        pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
        description: 'An http or https URL, without user and password.',
        examples: ['http://127.0.0.1:8090/mama-ng-scheduler/'],
      },
      method: {
        enum: ['GET', 'HEAD', 'OPTIONS'],
        default: 'GET',
        description: 'One of the methods that only ask.',
      },
      status_code: {
        anyOf: [
          { type: 'integer', minimum: 100, maximum: 599 },
          { type: 'array', minItems: 1, items: { type: 'integer', minimum: 100, maximum: 599 } },
        ],
        default: 200,
        description: 'The status, or a list of those, that is well; any other fails.',
        examples: [401, [200, 301, 302]],
      },
      text: {
        type: 'string',
        minLength: 1,
        description: 'A text that the answer must hold, taken literally.',
      },
      headers: {
        type: 'object',
        additionalProperties: { type: ['string', 'number', 'boolean'] },
        default: {},
        description: 'Headers of the request.',
        examples: [{ Accept: 'application/json' }],
      },
      user: {
        type: 'string',
        aliases: ['url_username'],
        description: 'User for basic authentication, sent at once.',
      },
      password: {
        type: 'string',
        secret: true,
        aliases: ['url_password'],
        description: 'Its password. It travels over stdin and never shows in a list of processes.',
      },
      timeout: {
        type: 'integer',
        minimum: 1,
        default: 30,
        description: 'Seconds for the whole request.',
      },
      follow_redirects: {
        type: 'boolean',
        default: true,
        description: 'Follow redirects; otherwise their own status is judged.',
      },
      validate_certs: {
        type: 'boolean',
        default: true,
        description: 'Check the certificate of an https server.',
      },
      return_content: {
        type: 'boolean',
        default: false,
        description: 'Register the content also when all is well and it is not JSON.',
      },
    },
  } as const,
  fields: {
    status: { type: 'integer', description: 'The status; -1 when no answer came.' },
    url: { type: 'string', description: 'The URL; with curl, the one after redirects.' },
    headers: { type: 'object', description: 'Headers of the answer, names in lower case.' },
    content: { type: 'string', description: 'The body: with return_content, and after a failure.' },
    json: { description: 'The body read as JSON, where its content type says so.' },
    truncated: { type: 'boolean', description: 'The body was longer than the 1 MiB that is looked at.' },
  },

  desire(params): Desired | Refusal {
    const trouble = unfitUrl(params.url) ?? unfitHeaders(params.headers) ?? unfitUser(params);
    if (trouble) return trouble;
    const { method, url, timeout, text, user } = params;
    return {
      request: {
        method,
        url,
        headers: Object.fromEntries(
          Object.entries(params.headers).map(([name, value]) => [name, String(value)]),
        ),
        credentials: user === undefined ? null : { user, password: params.password ?? '' },
        timeout,
        verify: params.validate_certs,
        follow: params.follow_redirects,
      },
      statuses: typeof params.status_code === 'number' ? [params.status_code] : params.status_code,
      text,
      returnContent: params.return_content,
    };
  },

  probe: (desired) => request({ ...desired.request, timeout: Math.min(AHEAD, desired.request.timeout) }),
  /** One request when it is due: an answer got ahead of time may be out of date. `until` is for more of them. */
  wait: (desired): Script => lines(request(desired.request), sh`echo due >&2`),

  read(reply, desired): QueryVerdict | { readonly again: true } {
    const said = Buffer.from(reply.err);
    const due = said.subarray(-4).toString() === 'due\n';
    const verdict = judge(readAnswer(due ? { ...reply, err: said.subarray(0, -4) } : reply), desired);
    return verdict.failed === undefined || due ? verdict : { again: true };
  },
});

function judge(answer: Answer, desired: Desired): QueryVerdict {
  const { method, url, timeout } = desired.request;
  const nothing = { status: -1, url };
  switch (answer.kind) {
    case 'no tool':
      return { result: nothing, failed: 'this host has neither curl nor wget', hint: 'Install curl.' };
    case 'unable': {
      const name = answer.tool === 'gnu' ? 'wget' : "busybox's wget";
      const reason = reasonAgainst(desired.request, answer.tool);
      return {
        result: nothing,
        failed: `this host has no curl, and ${name} ${reason}`,
        hint: 'Install curl.',
      };
    }
    case 'none': {
      const because = answer.timedOut ? `no answer within ${timeout} s` : answer.because;
      return { result: nothing, failed: `${method} ${url}: ${because}` };
    }
    case 'answer':
      return judgeAnswer(answer, desired);
  }
}

function judgeAnswer(answer: Answer & { kind: 'answer' }, desired: Desired): QueryVerdict {
  const { method, url } = desired.request;
  const complaint = wrong(answer, desired);
  const result: JsonObject = {
    status: answer.status,
    url: answer.url ?? url,
    headers: answer.headers,
    truncated: answer.truncated,
    ...(desired.returnContent || complaint ? { content: answer.body } : {}),
    ...json(answer),
  };
  if (complaint) return { result, failed: `${method} ${url}: ${complaint}` };
  return { result, msg: `status ${answer.status}` };
}

function wrong({ status, body }: Answer & { kind: 'answer' }, { statuses, text }: Desired): string | null {
  if (!statuses.includes(status)) return `status ${status}, not ${statuses.join(' or ')}`;
  if (text !== undefined && !body.includes(text)) return `the answer does not hold ${JSON.stringify(text)}`;
  return null;
}

function json({ headers, body, truncated }: Answer & { kind: 'answer' }): { json?: Json } {
  if (truncated || !/[/+]json\b/i.test(headers['content-type'] ?? '')) return {};
  try {
    return { json: JSON.parse(body) };
  } catch {
    return {};
  }
}

function unfitUrl(url: string): Refusal | null {
  if (/[\s\0-\x1f\x7f]/.test(url) || !URL.canParse(url)) {
    return refuse(`${JSON.stringify(url)} is not a URL`, 'Spaces and control characters must be %-encoded.');
  }
  const { username, password } = new URL(url);
  if (username === '' && password === '') return null;
  return refuse('the url holds a user or password', 'Give `user` and `password` instead: they stay hidden.');
}

function unfitHeaders(headers: Readonly<Record<string, string | number | boolean>>): Refusal | null {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name))
      return refuse(`${JSON.stringify(name)} is not the name of a header`);
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(String(value)))
      return refuse(`the header ${name} holds a control character`);
  }
  return null;
}

function unfitUser({ user, password }: { user?: string; password?: string }): Refusal | null {
  if (password !== undefined && user === undefined) return refuse('a password needs a user');
  if (user?.includes(':')) return refuse('a user of basic authentication cannot hold a colon');
  return /[\0\r\n]/.test(`${user ?? ''}${password ?? ''}`)
    ? refuse('user and password cannot hold line breaks')
    : null;
}
