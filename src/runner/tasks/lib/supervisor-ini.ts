/** The options of one section, encoded as they stand in the file, in the order of writing. */
export type Options = Readonly<Record<string, string>>;

/** The text of a configuration file with this one section. */
export function iniText(section: string, options: Options): string {
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  return [`[${section}]`, ...lines, ''].join('\n');
}

/** The sections of a configuration file, read as supervisord reads them: comments gone, continuations joined. */
export function readIni(text: string): Readonly<Record<string, Options>> {
  const sections: Record<string, Record<string, string>> = {};
  let options: Record<string, string> = {};
  let last: string | null = null;
  for (const raw of text.split('\n')) {
    const line = withoutComment(raw);
    if (line.trim() === '') continue;
    const header = /^\[(.+)\]/.exec(line);
    if (/^\s/.test(line) && last !== null) {
      options[last] += `\n ${line.trim()}`;
    } else if (header) {
      options = sections[header[1]!] ??= {};
      last = null;
    } else {
      const [, name, value] = /^\s*([^=:]*?)\s*(?:[=:]\s*(.*?))?\s*$/.exec(line) ?? [];
      last = (name ?? '').toLowerCase();
      options[last] = value ?? '';
    }
  }
  return sections;
}

function withoutComment(line: string): string {
  if (/^\s*[;#]/.test(line)) return '';
  return line.replace(/\s[;#].*$/, '');
}
