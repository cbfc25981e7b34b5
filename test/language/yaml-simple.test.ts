import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { source } from '../../src/runner/language/source.ts';
import { NO_VAULTS } from '../../src/runner/language/vaults.ts';
import { parseAnything, type YamlNode } from '../../src/runner/language/yaml.ts';
import { readSimple } from '../../src/runner/language/yaml-simple.ts';

const ROOT = join(import.meta.dirname, '../..');
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 150) * 20;
const SEED = process.env['FUZZ_SEED'] ? { seed: Number(process.env['FUZZ_SEED']) } : {};

/** Everything that a node says, its places included, but for the source. */
function told(node: YamlNode | null): unknown {
  if (!node) return node;
  const place = [node.span.start, node.span.end];
  if (node.kind === 'list') return [...place, node.items.map(told)];
  if (node.kind === 'scalar') return [...place, node.value, node.written, node.quoted, node.tag];
  const entries = node.entries.map(({ key, keySpan, value }) => [
    key,
    keySpan.start,
    keySpan.end,
    told(value),
  ]);
  return [...place, entries];
}

function byLibrary(text: string): unknown {
  const { value, diagnostics } = parseAnything(source('x.yaml', text), NO_VAULTS);
  return diagnostics.length > 0 ? diagnostics : told(value);
}

/** True where it was read without the library, and as the library reads it. */
function agrees(text: string): boolean {
  const simple = readSimple(source('x.yaml', text));
  if (simple) assert.deepEqual(told(simple), byLibrary(text), JSON.stringify(text));
  return simple !== null;
}

const BLOCKS = [
  'a: 1\nb: two words # c\nc:\n  - x\n  - y: 1\n    z: 2\n\n  # com\nd:\ne: 3\n',
  'a:\n- 1\n- {x: 1, y: [a, b], z: w }\n\nb: |\n  text\n   more\n\n  end\n\nc: >-\n  fold\n  ed\n\n  x\n',
  "---\n# c\n- name: 'it''s'\n  b: \"q\\n\"\n  d: \n  e: []\n  f: {}\n-\n  g: 1\n- - a\n  - b\n-\n",
  'a: |+\n  y\n\n\nb: >\n  one\n  two\n\n    deep\n\n  three\nc: |-\n  q\n',
  'a: { x:  1 , "y":2 }   # x\n"k k": v\nb: [\n  1, two ,\n\n  "three"\n  ]\n',
  'a: -1\nb: +2\nc: .5\nd: 0644\ne: 1.10\nf: 12345678901234567890\ng: ~\nh: True\ni: 22:22\nj: http://x/#y\nk: a:b',
];

const RARE = [
  'a: &x 1\nb: *x\n',
  'a: !t 1\n',
  '<<: {a: 1}\n',
  'a: one\n  two\n',
  '? a\n: b\n',
  'a: "one\n  two"\n',
  'a: 0x10\n',
  'a: 1e3\n',
  'a: |2\n   x\n',
  'a: 1\r\n',
  'a:\t1\n',
  'a: 1\n---\nb: 2\n',
  'a: 1\na: 2\n',
  'a: {b}\n',
  'a: { b: }\n',
  'a: "\\x41"\n',
  '{a: 1}\n',
  'text\n',
  '',
];

/** The YAML that this project holds, its pages' examples included. */
function ownTexts(): string[] {
  const names = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/(?:^|\/)(?:node_modules|\.git|\.mama-play|dist)\//.test(name),
  );
  return names.flatMap((name) => {
    if (/\.ya?ml$/.test(name)) return [readFileSync(join(ROOT, name), 'utf8')];
    if (!name.endsWith('.md')) return [];
    const page = readFileSync(join(ROOT, name), 'utf8');
    return [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example]) => example!);
  });
}

/** What YAML is made of, and what breaks it. */
const PIECES = [
  ...' \n:-#"\'{}[],|>\\~&*!%@?+=.'.split(''),
  ...[' #', ': ', '- ', '\n  ', '\n\n', '|-', '>+', 'a', '0', '1.5', '-1', '0x1', 'null', 'true', 'é', "''"],
  ...['&a ', '*a', '!t ', '? ', '<<: ', '---\n', '...', '\t', '\\n', '\u0085', '\u2028', '\u00a0', '\ufeff'],
];

/** Some lines of a text, with a few pieces put in or taken out. */
function brokenOf(texts: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    put: fc.option(fc.constantFrom(...PIECES), { nil: '' }),
    cut: fc.constantFrom(0, 0, 0, 1, 2, 3),
  });
  const start = fc.double({ min: 0, max: 1, noNaN: true });
  return fc
    .tuple(
      fc.constantFrom(...texts),
      start,
      fc.integer({ min: 1, max: 12 }),
      fc.array(change, { maxLength: 4 }),
    )
    .map(([text, from, count, changes]) => {
      const lines = text.split('\n');
      const first = Math.floor(from * lines.length);
      return changes.reduce(
        (now, { at, put, cut }) => {
          const place = Math.floor(at * now.length);
          return now.slice(0, place) + put + now.slice(place + cut);
        },
        lines.slice(first, first + count).join('\n'),
      );
    });
}

describe('YAML that is read without the library', () => {
  const own = ownTexts();

  it('is nearly all that a project holds', () => {
    const simple = own.filter(agrees);
    assert.ok(own.length > 80 && simple.length > 0.9 * own.length, `${simple.length} of ${own.length}`);
    assert.deepEqual(
      BLOCKS.map(agrees),
      BLOCKS.map(() => true),
    );
  });

  it('is nothing that is rare, or wrong', () => {
    assert.deepEqual(RARE.filter(agrees), []);
  });

  it('is read as the library reads it, also where it is broken', () => {
    fc.assert(
      fc.property(brokenOf([...own, ...BLOCKS, ...RARE]), (text) => void agrees(text)),
      {
        numRuns: RUNS,
        ...SEED,
      },
    );
  });
});
