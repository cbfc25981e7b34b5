import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const RUNNER = resolve(import.meta.dirname, '../src/runner');

/** Who may import whom; a room may always import itself. `commands` and the files above the rooms see all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  tasks: ['contract'],
  language: ['contract'],
  plan: ['contract', 'language'],
  connection: ['contract'],
  engine: ['contract', 'language', 'plan'],
  report: ['contract'],
};

function files(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return files(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

/** Every `from '…'` and `import('…')` of a file, as written. */
function importsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/(?:from\s+|import\()'([^']+)'/g)].map((match) => match[1]!);
}

function roomOf(path: string): string {
  return relative(RUNNER, path).split('/')[0]!;
}

describe('the house', () => {
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${room} imports only ${['itself', ...allowed].join(', ')}`, () => {
      const wrong = files(join(RUNNER, room)).flatMap((path) =>
        importsOf(path)
          .filter((name) => name.startsWith('.'))
          .map((name) => resolve(dirname(path), name))
          .filter((target) => ![room, ...allowed].includes(roomOf(target)))
          .map((target) => `${relative(RUNNER, path)} imports ${relative(RUNNER, target)}`),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it('the pure rooms do no I/O of their own', () => {
    const forbidden = /^node:(fs|net|child_process|http|https|tls|dns|readline|process|os)\b/;
    const wrong = ['contract', 'tasks', 'language', 'plan', 'report'].flatMap((room) =>
      files(join(RUNNER, room)).flatMap((path) =>
        importsOf(path)
          .filter((name) => forbidden.test(name) && !onlyPure(path, name))
          .map((name) => `${relative(RUNNER, path)} imports ${name}`),
      ),
    );
    assert.deepEqual(wrong, []);
  });

  it('only main.ts touches process', () => {
    const wrong = files(RUNNER)
      .filter((path) => relative(RUNNER, path) !== 'main.ts')
      .filter((path) =>
        /(?<![\w.'"`-])process\.(env|argv|exit|exitCode|std(in|out|err)|on|off|once|cwd|kill|pid|platform)\b/.test(
          code(readFileSync(path, 'utf8')),
        ),
      )
      .map((path) => relative(RUNNER, path));
    assert.deepEqual(wrong, []);
  });

  it('every task type has its page and its test', () => {
    const names = readdirSync(join(RUNNER, 'tasks'))
      .filter((name) => name.endsWith('.ts') && !name.includes('.generated.'))
      .map((name) => name.replace(/\.ts$/, ''));
    assert.ok(names.length > 0);
    const missing = names.flatMap((name) => {
      const page = join(RUNNER, 'tasks', `${name}.md`);
      const test = resolve(import.meta.dirname, 'tasks', `${name}.test.ts`);
      return [page, test].filter((path) => !existsSync(path)).map((path) => relative(RUNNER, path));
    });
    assert.deepEqual(missing, []);
  });

  it('every room says at its door what it may not do', () => {
    for (const room of [...Object.keys(MAY_IMPORT), 'commands']) {
      assert.ok(existsSync(join(RUNNER, room, 'README.md')), `${room}/README.md is missing`);
    }
  });

  it('files stay small', () => {
    const large = files(RUNNER)
      .filter((path) => !path.includes('.generated.'))
      .map((path) => ({ path: relative(RUNNER, path), lines: readFileSync(path, 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 400);
    assert.deepEqual(large, []);
  });
});

/** `isIP` and its like look at texts only, though they live in node:net. */
function onlyPure(path: string, name: string): boolean {
  const names =
    new RegExp(`import \\{([^}]*)\\} from '${name}'`).exec(readFileSync(path, 'utf8'))?.[1] ?? 'all';
  return names.split(',').every((one) => /^\s*isIP(v4|v6)?\s*$/.test(one));
}

/** The text without its comments. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
