/**
 * Reads hostile projects in a process of its own, whose memory can be measured. A line out before each of them, and
 * one when it is read. Arguments: the number of random projects, and the seed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FakeProcess, runFake } from '../cli/fake-process.ts';
import { ARGS, CIRCLES, type Content, type Files, HOSTILE, SOUND, writeProject } from './projects.ts';

const [runs, seed] = process.argv.slice(2).map(Number) as [number, number];

function tell(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

async function read(name: string, files: Files): Promise<void> {
  tell({ begun: name });
  const dir = mkdtempSync(join(tmpdir(), 'mama-fuzz-'));
  try {
    writeProject(dir, files);
    const before = process.cpuUsage();
    const { code, out, err } = await runFake(new FakeProcess(dir), ARGS);
    const { user, system } = process.cpuUsage(before);
    const said = code === 0 || code === 1 ? '' : `${out}${err}`.slice(0, 2000);
    const trace = /\n\s+at .*:\d+:\d+\)?$/m.exec(`${out}${err}`)?.[0];
    tell({ ended: name, code, cpu: (user + system) / 1e6, said, trace, silent: code === 1 && err === '' });
  } finally {
    rmSync(dir, { recursive: true });
    // What an earlier project left behind is not this one's need.
    global.gc?.();
  }
}

/** A sound text with pieces cut out, doubled, swapped and put in. */
const TOKENS = [
  '{{',
  '}}',
  '"',
  "'",
  '&a ',
  '*a',
  '<<: *a',
  '- ',
  ': ',
  '\n',
  '\n  ',
  '[',
  ']',
  '{',
  '}',
  '!x ',
  '|\n',
  '>-\n',
  '#',
  '\t',
  '\0',
  '\u{1F600}',
  '%',
  '@',
  '`',
  'null',
  '1e999',
  '~',
  '? ',
  '---\n',
  '\uFEFF',
  '\r',
  '__proto__',
  '$ANSIBLE_VAULT;1.1;AES256\n',
];

const edit = fc.record({
  at: fc.nat(1000),
  drop: fc.nat(8),
  put: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ unit: 'binary', maxLength: 6 })),
});

function mutated(text: string, edits: readonly { at: number; drop: number; put: string }[]): string {
  return edits.reduce((now, { at, drop, put }) => {
    const from = now.length === 0 ? 0 : at % now.length;
    return now.slice(0, from) + put + now.slice(from + drop);
  }, text);
}

const file = fc.constantFrom(...Object.keys(SOUND));
const content = (path: string): fc.Arbitrary<Content> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.array(edit, { minLength: 1, maxLength: 6 }).map((edits) => mutated(SOUND[path]!, edits)),
    },
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );
const project = fc
  .array(
    file.chain((path) => content(path).map((made) => [path, made] as const)),
    { minLength: 1, maxLength: 2 },
  )
  .map((entries) => Object.fromEntries(entries));

// What is loaded for the first project is not its doing.
await read('a sound project', {});

// Each in every third file, and in all of them in a long run.
const isLong = runs > 1000;
for (const [at, [what, hostile]] of Object.entries(HOSTILE).entries())
  for (const [place, path] of Object.keys(SOUND).entries())
    if (isLong || (at + place) % 3 === 0) await read(`${what} in ${path}`, { [path]: hostile });
for (const [what, files] of Object.entries(CIRCLES)) await read(what, files);
for (const [at, files] of fc.sample(project, { numRuns: runs, seed }).entries())
  await read(`random project ${at} of seed ${seed}: ${JSON.stringify(files)}`, files);
tell({ rss: process.resourceUsage().maxRSS / 1024 });
