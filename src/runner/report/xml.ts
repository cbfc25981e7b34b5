/** An element with its attributes; `content` is XML already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  content = '',
): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  const start = `<${name}${list.join('')}`;
  return content === '' ? `${start}/>` : `${start}>${content}</${name}>`;
}

/** Text as it may stand between tags. */
export function escaped(text: string): string {
  return text
    .replace(UNSPEAKABLE, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** Line feeds and tabs, which a parser would make spaces, stay what they are. */
function attribute(text: string): string {
  return escaped(text)
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** What no XML 1.0 document may hold, and halves of surrogate pairs. */
const UNSPEAKABLE =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
