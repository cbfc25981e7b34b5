// Makes dist/: dist/main.js with the chunks that it loads when they are needed, and the pages of the task types.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const entry = 'src/runner/main.ts';
const SHEBANG = '#!/usr/bin/env node\n';

const names = generate();
if (!existsSync(join(root, entry))) fail(`there is no ${entry} to build`);
const made = new Map([...(await bundle()), ...pages()]);
for (const [path, bytes] of made) write(join(dist, path), bytes);
sweep(dist);

/**
 * Path below dist → its bytes. Libraries are bundled, which makes a start a third quicker than finding their many files
 * in node_modules; only ssh2 stays there, for its compiled parts. Of a CommonJS library that is loaded when needed
 * (`await import`) a bundle has the default export only.
 */
async function bundle() {
  const esbuild = await import('esbuild').catch(() =>
    fail('esbuild is missing: run npm ci without --omit=dev'),
  );
  const built = await esbuild
    .build({
      absWorkingDir: root,
      entryPoints: { main: entry },
      outdir: dist,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      external: ['ssh2'],
      chunkNames: 'chunks/[name]-[hash]',
      legalComments: 'none',
      minifySyntax: true,
      minifyWhitespace: true,
      write: false,
    })
    // esbuild has printed the errors, with their places.
    .catch(() => fail(`${entry} was not built`));
  return built.outputFiles.map((file) => {
    const path = relative(dist, file.path);
    return [path, path === 'main.js' ? withShebang(file.text) : withRequire(file)];
  });
}

function pages() {
  return names
    .map((name) => [`pages/${name}.md`, join(root, 'src/runner/tasks', `${name}.md`)])
    .filter(([, file]) => existsSync(file))
    .map(([path, file]) => [path, readFileSync(file)]);
}

/** CommonJS libraries ask for Node's own modules with `require`, which an ES module has to make for itself. */
function withRequire(file) {
  if (!/\btypeof require\b/.test(file.text)) return file.contents;
  const make =
    "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);";
  return Buffer.from(`${make}\n${file.text}`);
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
    else if (/\.(js|md)$/.test(path) && !made.has(relative(dist, path))) rmSync(path, { force: true });
  }
}

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}
