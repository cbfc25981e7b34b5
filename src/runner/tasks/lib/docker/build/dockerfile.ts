/** What a Dockerfile builds on. */
export interface Bases {
  /** Images that must be had, as written, build arguments filled in; without `scratch` and stages of its own. */
  readonly images: readonly string[];
  /** Names of its stages. */
  readonly stages: ReadonlySet<string>;
}

/**
 * Reads FROM, ARG and `COPY --from` of a Dockerfile (https://docs.docker.com/reference/dockerfile/), which is all
 * that says what an image is made from. An argument without a value makes an empty text, as docker has it.
 */
export function readDockerfile(text: string, given: Readonly<Record<string, string>> = {}): Bases {
  const images = new Set<string>();
  const stages = new Set<string>();
  const values: Record<string, string> = {};
  let inStage = false;
  for (const { keyword, rest } of instructions(text)) {
    if (keyword === 'ARG' && !inStage) {
      for (const [name, value] of declarations(rest)) {
        values[name] = given[name] ?? fill(value, values);
      }
    } else if (keyword === 'FROM') {
      inStage = true;
      const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
      const image = fill(words[0] ?? '', values);
      const known = image === '' || image === 'scratch' || stages.has(image.toLowerCase());
      if (!known) images.add(image);
      if (/^as$/i.test(words[1] ?? '') && words[2]) stages.add(words[2].toLowerCase());
    } else if (keyword === 'COPY' || keyword === 'ADD') {
      const from = /^(?:--\S+\s+)*?--from=(\S+)/.exec(rest)?.[1];
      if (from && !/^\d+$/.test(from) && !stages.has(from.toLowerCase()) && !from.includes('$'))
        images.add(from);
    }
  }
  return { images: [...images], stages };
}

interface Instruction {
  readonly keyword: string;
  readonly rest: string;
}

/** Logical lines: comments gone, continuations joined, here-documents skipped. */
function instructions(text: string): Instruction[] {
  const joiner = /^#\s*escape\s*=\s*(`)/im.exec(directives(text)) ? '`' : '\\';
  const found: Instruction[] = [];
  let pending = '';
  let heredocs: string[] = [];
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (heredocs.length > 0) {
      if (raw.replace(/^\t+/, '') === heredocs[0]) heredocs = heredocs.slice(1);
      continue;
    }
    const line = raw.trim();
    if (line.startsWith('#') || (line === '' && pending === '')) continue;
    if (line.endsWith(joiner)) {
      pending += `${line.slice(0, -1)} `;
      continue;
    }
    const [, keyword = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(pending + line) ?? [];
    pending = '';
    found.push({ keyword: keyword.toUpperCase(), rest });
    if (/^(RUN|COPY|ADD)$/i.test(keyword)) heredocs = delimiters(rest);
  }
  return found;
}

/** Only comments before the first instruction may be directives. */
function directives(text: string): string {
  return /^(?:\s*#.*\r?\n)*/.exec(text)?.[0] ?? '';
}

function delimiters(rest: string): string[] {
  return [...rest.matchAll(/(?<![<\w])<<-?\s*(["']?)([A-Za-z_]\w*)\1/g)].map((match) => match[2]!);
}

/** `A=1 B="two words" C` → pairs. */
function declarations(rest: string): [string, string][] {
  return [...rest.matchAll(/([A-Za-z_]\w*)(?:=("(?:[^"\\]|\\.)*"|'[^']*'|\S*))?/g)].map(
    ([, name, value = '']) => [name!, value.replace(/^(["'])(.*)\1$/, '$2')],
  );
}

/** `$X`, `${X}`, `${X:-default}` and `${X:+other}`. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{(\w+)(?::([-+])([^}]*))?\}|(\w+))/g,
    (_, braced: string | undefined, operator: string | undefined, word: string, plain: string) => {
      const value = values[braced ?? plain] ?? '';
      if (operator === '-') return value || fill(word, values);
      if (operator === '+') return value ? fill(word, values) : '';
      return value;
    },
  );
}
