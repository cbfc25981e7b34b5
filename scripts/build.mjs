// Makes dist/: main.js, the program that it loads, and the pages of the task types.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.mjs';
import { program } from './lib/program.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const entry = 'src/runner/main.ts';
const SHEBANG = '#!/usr/bin/env node\n';

const names = generate();
if (!existsSync(join(root, entry))) fail(`there is no ${entry} to build`);
const made = new Map([...(await bundle()), ...pages()]);
for (const [path, bytes] of made) write(join(dist, path), bytes);
sweep(dist);
for (const [path, bytes] of schemas()) write(join(dist, path), bytes);

/** Path below dist → its bytes: main.js, which answers `--version` by itself, and the program behind it. */
async function bundle() {
  const esbuild = await import('esbuild').catch(() =>
    fail('esbuild is missing: run npm ci without --omit=dev'),
  );
  // esbuild has printed the errors, with their places.
  const failed = () => fail(`${entry} was not built`);
  const main = await esbuild
    .build({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      plugins: [programApart()],
      minifySyntax: true,
      minifyWhitespace: true,
      write: false,
    })
    .catch(failed);
  const rest = await program(esbuild, root, dist).catch(failed);
  return new Map([...rest, ['main.js', withShebang(main.outputFiles[0].text)]]);
}

/** main.ts loads the program from the file that is made of it. */
function programApart() {
  const place = () => ({ path: './start.js', external: true });
  return { name: 'program apart', setup: (build) => build.onResolve({ filter: /^\.\/start\.ts$/ }, place) };
}

function pages() {
  return names
    .map((name) => [`pages/${name}.md`, join(root, 'src/runner/tasks', `${name}.md`)])
    .filter(([, file]) => existsSync(file))
    .map(([path, file]) => [path, readFileSync(file)]);
}

/** The JSON Schemas for editors, by the program that was just built. */
function schemas() {
  const all = JSON.parse(
    execFileSync(process.execPath, [join(dist, 'main.js'), 'schema'], { encoding: 'utf8' }),
  );
  const text = (schema) => Buffer.from(`${JSON.stringify(schema, null, 2)}\n`);
  return Object.entries(all).map(([kind, schema]) => [`schemas/${kind}.json`, text(schema)]);
}

function withShebang(text) {
  return Buffer.from(text.startsWith('#!') ? text : SHEBANG + text);
}

/** Only what changed is written, each file whole: a mama-play that runs meanwhile is not disturbed. */
function write(file, bytes) {
  if (existsSync(file) && readFileSync(file).equals(bytes)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, bytes, { mode: file.endsWith('main.js') ? 0o755 : 0o644 });
  renameSync(`${file}.${process.pid}`, file);
}

/** What an earlier build left and this one did not make; a file that another build is just writing has another suffix. */
function sweep(dir) {
  for (const item of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, item.name);
    if (item.isDirectory()) sweep(path);
    else if (/\.(js|cjs|v8|md)$/.test(path) && !made.has(relative(dist, path))) rmSync(path, { force: true });
  }
}

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}
