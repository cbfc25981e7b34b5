/** Forms of Jinja and of Go's templates that people bring along, and what they are called here. */
export interface ForeignBraces {
  readonly code: 'jinja' | 'go-template';
  readonly message: string;
  readonly hint: string;
}

const GO = /^\{\{-?\s*(?:\.[A-Za-z]|\$|end\s*-?\}\}$|\w+\s+(?:\.[A-Za-z]|\$))/;

/** `mustache` is one `{{ … }}` with its braces. Null where it is of no kind that is known. */
export function foreignBraces(mustache: string): ForeignBraces | null {
  if (GO.test(mustache)) {
    const hint = `for docker's own templates write \\${mustache}`;
    return { code: 'go-template', message: 'this is a Go template, which is not for us to fill in', hint };
  }
  const inner = mustache.replace(/^\{\{\{?[~-]?|[~-]?\}?\}\}$/g, '').trim();
  if (inner.length > 500) return null;
  const bare = inner.replace(/'[^']*'|"[^"]*"/g, (quoted) => '_'.repeat(quoted.length));
  const filter = /^([^|]+)\|\s*([a-z_][\w.]*)\s*(?:\((.*)\))?$/s.exec(inner);
  if (filter && bare.split('|').length === 2) {
    return jinja('Jinja filters are not known here', filtered(filter[1]!, filter[2]!, filter[3] ?? ''));
  }
  if (bare.includes('|') && !/\bas\s*\|/.test(bare)) {
    return jinja(
      'Jinja filters are not known here',
      'write helpers inside one another: {{ upper (default x "y") }}',
    );
  }
  const choice = /^(\S.*?) if (\S.*?) else (\S.*)$/.exec(inner);
  if (choice) {
    const [, yes, test, no] = choice;
    const ours = `write {{#if ${test}}}${literal(yes!)}{{else}}${literal(no!)}{{/if}}`;
    return jinja('"… if … else …" is not known here', ours);
  }
  const numbered = /\b([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\.(\d+)(?![\w.[])/g;
  if (numbered.test(bare)) {
    const ours = inner.replace(numbered, '$1.[$2]');
    return jinja('the number of an item goes in square brackets', `write {{ ${ours} }}`);
  }
  if (/^\w[\w.]*\[[^[\]]+\][\w.[\]'"]*$/.test(inner)) {
    return jinja('square brackets are not known here', `write {{ ${dotted(inner)} }}`);
  }
  const compare = /^(\S+)\s*(==|!=|<|>)\s*(\S+)$/.exec(inner);
  if (compare) {
    const helper = { '==': 'eq', '!=': 'ne', '<': 'lt', '>': 'gt' }[compare[2]!];
    const ours = `write {{ ${helper} ${compare[1]} ${doubleQuoted(compare[3]!)} }}`;
    return jinja('operators are not known in {{ }}', ours);
  }
  if (/^[a-z_]\w*\s*\(/.test(inner)) {
    return jinja('calls with round brackets are not known here', 'write {{ helper first second }}');
  }
  if (/\S\s+[-+*/%~]\s+\S/.test(bare)) {
    const ours = 'put texts side by side, {{ a }}{{ b }}; sums are for CEL (when, loop, assert)';
    return jinja('operators are not known in {{ }}', ours);
  }
  return null;
}

/** Jinja's filters under other names of ours. */
const NAMES: Readonly<Record<string, string>> = {
  d: 'default',
  to_json: 'json',
  tojson: 'json',
  to_nice_json: 'json',
  to_yaml: 'yaml',
  to_nice_yaml: 'yaml',
  b64encode: 'base64',
  count: 'length',
  e: 'xml',
  escape: 'xml',
};

const NEEDLESS = new Set(['int', 'float', 'bool', 'string', 'list', 'safe']);

function filtered(value: string, filter: string, args: string): string {
  const subject = doubleQuoted(dotted(value.trim()));
  if (NEEDLESS.has(filter)) return `write {{ ${subject} }}: a lone {{ x }} keeps its type`;
  const rest = (args.match(/(?:'[^']*'|"[^"]*"|[^,'"])+/g) ?? [])
    .map((arg) => arg.trim())
    .filter((arg) => arg !== '' && arg !== 'true' && !/^\w+\s*=/.test(arg))
    .map((arg) => ` ${doubleQuoted(arg === 'omit' ? 'null' : arg)}`);
  return `write {{ ${NAMES[filter] ?? filter} ${subject}${rest.join('')} }}`;
}

function jinja(message: string, hint: string): ForeignBraces {
  return { code: 'jinja', message, hint };
}

/** `a['b'][0]` → `a.b.[0]`. */
function dotted(text: string): string {
  return text.replace(/\[\s*(['"]?)([^\]'"]+)\1\s*\]/g, (_, _quote: string, key: string) =>
    /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `.[${key}]`,
  );
}

function doubleQuoted(text: string): string {
  return text.replace(/^'([^'"]*)'$/, '"$1"');
}

function literal(text: string): string {
  const quoted = /^(['"])(.*)\1$/.exec(text.trim());
  return quoted ? quoted[2]! : `{{ ${text.trim()} }}`;
}
