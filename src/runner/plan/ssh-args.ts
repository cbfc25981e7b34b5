/** One option of ssh's command line: a keyword of ssh_config in lower case, or a flag such as `-4`. */
export interface SshOption {
  readonly key: string;
  readonly value: string;
  /** As it was written, for messages: `-J`, `-o ProxyCommand`. */
  readonly shown: string;
  /** As ssh takes it. */
  readonly words: readonly string[];
}

export type SshArgs =
  | { readonly kind: 'options'; readonly options: readonly SshOption[] }
  | { readonly kind: 'problem'; readonly message: string };

const LETTERS: Readonly<Record<string, string>> = {
  J: 'proxyjump',
  F: 'configfile',
  p: 'port',
  l: 'user',
  i: 'identityfile',
};

/** Letters that take a value (ssh(1), SYNOPSIS). */
const TAKES_VALUE = /^[BbcDEeFIiJLlmOoPpQRSWw]$/;

/** The options in a text such as `-o ProxyJump=bastion -F ssh.cfg`, split into words as a shell would. */
export function parseSshArgs(text: string): SshArgs {
  const words = splitWords(text);
  if (words === null) return { kind: 'problem', message: 'has a quote that is never closed' };
  const options: SshOption[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!/^-[A-Za-z0-9]/.test(word))
      return { kind: 'problem', message: `holds "${word}", which is no option of ssh` };
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!;
      if (!TAKES_VALUE.test(letter)) {
        options.push({ key: `-${letter}`, value: '', shown: `-${letter}`, words: [`-${letter}`] });
        continue;
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : words[++i];
      if (value === undefined)
        return { kind: 'problem', message: `ends with -${letter}, which takes a value` };
      options.push(withValue(letter, value));
      break;
    }
  }
  return { kind: 'options', options };
}

function withValue(letter: string, value: string): SshOption {
  if (letter !== 'o') {
    return { key: LETTERS[letter] ?? `-${letter}`, value, shown: `-${letter}`, words: [`-${letter}`, value] };
  }
  const [, keyword = value, setting = ''] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*)$/s.exec(value) ?? [];
  return { key: keyword.toLowerCase(), value: setting.trim(), shown: `-o ${keyword}`, words: ['-o', value] };
}

/** POSIX shell words, without expansions; null where a quote stays open. */
export function splitWords(text: string): string[] | null {
  const words: string[] = [];
  const piece = /\s+|'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])|([^\s'"\\]+)|([\s\S])/g;
  let word: string | null = null;
  for (const [whole, single, double, escaped, plain, stray] of text.matchAll(piece)) {
    if (stray !== undefined) return null;
    const part = single ?? double?.replace(/\\([$`"\\\n])/g, '$1') ?? escaped ?? plain;
    if (part !== undefined) word = (word ?? '') + part;
    else if (word !== null && /^\s/.test(whole)) {
      words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}
