import { Composer, type CST, type Document, Parser, YAMLParseError } from 'yaml';

/** What follows so many mistakes is not read: a file of nothing else would take seconds and gigabytes. */
const MISTAKES = 100;

const OPTIONS = {
  merge: true,
  prettyErrors: false,
  uniqueKeys: false,
  version: '1.2',
  keepSourceTokens: false,
} as const;

/** The library's document of a text; a second one in it is a mistake of the first. */
export function documentOf(text: string): Document {
  let first: Document | null = null;
  const composer = boundedComposer();
  for (const document of composer.compose(withinReason(new Parser().parse(text)), true, text.length)) {
    if (first) {
      const [start, end] = document.range;
      first.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', 'more than one document'));
      break;
    }
    first = document;
  }
  return first!;
}

/** `onError` is what the library's composer tells every mistake to; it is not in its types. */
function boundedComposer(): Composer {
  const composer = new Composer(OPTIONS);
  const inner = composer as unknown as { onError(...mistake: unknown[]): void };
  const tell = inner.onError;
  let mistakes = 0;
  inner.onError = (...mistake) => {
    if (++mistakes <= MISTAKES) tell(...mistake);
  };
  return composer;
}

function* withinReason(tokens: Iterable<CST.Token>): Generator<CST.Token, void> {
  let mistakes = 0;
  for (const token of tokens) {
    if (token.type === 'error' && ++mistakes > MISTAKES) return;
    yield token;
  }
}
