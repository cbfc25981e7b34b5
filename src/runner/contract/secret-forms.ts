/** Shorter texts are too common in harmless ones to be found again by their letters. */
export const SHORTEST = 4;

/**
 * The ways in which a secret may turn up in a larger text: itself, escaped for a shell, JSON, YAML, SQL, XML, a URL or
 * supervisord, in base64 (also as a part of something larger), and each line of a text of several lines.
 */
export function formsOf(secret: string): Set<string> {
  const forms = new Set<string>();
  for (const text of [secret, secret.trim()]) {
    for (const form of [...spellings(text), ...base64(text), ...quotedShort(text)]) forms.add(form);
    if (!text.includes('\n')) continue;
    for (const line of text.split('\n').map((one) => one.trim())) {
      if (/[\p{L}\p{N}]/u.test(line)) for (const form of spellings(line)) forms.add(form);
    }
  }
  for (const form of forms) if (form.length < SHORTEST || form.trim() === '') forms.delete(form);
  return forms;
}

/** In quotes a short value is long enough to be told from harmless text. */
function quotedShort(text: string): string[] {
  return text !== '' && text.length < SHORTEST ? [JSON.stringify(text), `'${text}'`] : [];
}

function spellings(text: string): string[] {
  const json = quotedInside(text);
  const url = encoded(text);
  return [
    text,
    json,
    quotedInside(json),
    json.replaceAll('/', '\\/'),
    ascii(json),
    json.replace(/[<>&]/g, unicodeEscape),
    ascii(json).replace(/[<>&]/g, unicodeEscape),
    ...url,
    ...url.map((form) => form.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase())),
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\$`"]/g, '\\$&'),
    text.replace(/[^A-Za-z0-9_@%+=:,./\n-]/g, '\\$&'),
    text.replaceAll("'", "''"),
    text.replaceAll('%', '%%'),
    text.replaceAll('$', '$$$$'),
    ...XML.map((entities) => text.replace(/[&<>"']/g, (char) => entities[char] ?? char)),
  ];
}

/** As it stands between the quotes of a JSON text. */
function quotedInside(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function ascii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, unicodeEscape);
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** RFC 3986 leaves it to the writer which of the reserved characters stay: the usual choices. */
function encoded(text: string): string[] {
  const usual = encodeURIComponent(Buffer.from(text).toString('utf8'));
  const strict = usual.replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return [usual, strict].flatMap((form) => [
    form,
    form.replaceAll('%20', '+'),
    form.replaceAll('%2F', '/'),
    form.replaceAll('%7E', '~'),
  ]);
}

const XML: readonly Readonly<Record<string, string>>[] = [
  { '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' },
  { '&': '&amp;', '<': '&lt;', '"': '&quot;' },
];

/**
 * Alone, and as a part of something larger (`user:password`): base64 takes three bytes at a time, so there are three
 * ways in which the middle can look, whatever stands before and behind.
 */
function base64(text: string): string[] {
  const bytes = Buffer.from(text);
  const alone = bytes.toString('base64');
  const parts = [0, 1, 2].map((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((before * 8) / 6);
    return shifted.slice(first, Math.floor(((before + bytes.length) * 8) / 6));
  });
  const all = [alone, alone.replace(/=+$/, ''), ...parts];
  return [...all, ...all.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}
