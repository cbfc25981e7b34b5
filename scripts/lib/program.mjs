// The program as one script, and what V8 makes of it at build time, so that a start need not compile it again.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Everything behind main.ts, with its libraries: path below dist → bytes. What the code is compiled to lies beside it
 * under the same name, which changes with the code, with what makes it run at build time, and with Node: V8 itself
 * would notice another length only.
 */
export async function program(esbuild, root, dist) {
  const built = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/runner/start.ts'],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // A part that is loaded when needed is still a part of the one script.
    supported: { 'dynamic-import': false },
    external: ['cpu-features'],
    plugins: [compiledParts],
    define: { 'import.meta.url': 'programUrl' },
    banner: { js: '(function (exports, require, module, __dirname, programUrl) {' },
    footer: { js: '})' },
    legalComments: 'none',
    minifySyntax: true,
    write: false,
  });
  const code = Buffer.from(oneByte(built.outputFiles[0].text), 'latin1');
  const text = readFileSync(join(here, 'load-program.mjs'), 'utf8');
  const warmUp = readFileSync(join(here, 'warm-up.mjs'));
  const hash = createHash('sha256')
    .update(code)
    .update(text)
    .update(warmUp)
    .update(process.version)
    .digest('hex');
  const name = `program-${hash.slice(0, 8)}`;
  const loader = text.replaceAll('@PROGRAM@', name);
  return new Map([
    [`${name}.cjs`, code],
    [`${name}.v8`, read(join(dist, `${name}.v8`)) ?? compiled(name, code, loader)],
    ['start.js', Buffer.from(loader)],
  ]);
}

/** The parts of ssh2 that npm may have compiled are found where npm put them; ssh2 does without where they are missing. */
const compiledParts = {
  name: 'compiled parts',
  setup(build) {
    build.onResolve({ filter: /sshcrypto\.node$/ }, () => ({
      path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
      external: true,
    }));
  },
};

/** As bytes of ISO 8859-1, which V8 takes as they are. esbuild leaves other characters only in regular expressions. */
function oneByte(text) {
  return text.replace(/[\u0100-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function read(file) {
  return existsSync(file) && statSync(file).size > 0 ? readFileSync(file) : null;
}

/** Empty where it could not be made: then it is compiled at each start. */
function compiled(name, code, loader) {
  const dir = mkdtempSync(join(tmpdir(), 'mama-play-build-'));
  try {
    writeFileSync(join(dir, `${name}.cjs`), code);
    writeFileSync(join(dir, 'start.mjs'), loader);
    const out = join(dir, 'compiled');
    execFileSync(process.execPath, [join(here, 'warm-up.mjs'), dir, out], {
      stdio: 'ignore',
      timeout: 60_000,
    });
    return existsSync(out) ? readFileSync(out) : Buffer.alloc(0);
  } catch (error) {
    console.error(
      `build: the program could not be compiled ahead, so it will start slower: ${error.message}`,
    );
    return Buffer.alloc(0);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
