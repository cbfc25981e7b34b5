// Becomes dist/start.js: runs the program from what V8 compiled at build time. Another V8 than that of the build does
// not take it, and compiles the program itself.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

// What runs for a second or less pays for being optimised and has nothing of it: V8 is to think of that four times as late.
setFlagsFromString('--interrupt-budget=250000');

const code = readFileSync(new URL('./@PROGRAM@.cjs', import.meta.url), 'latin1');
const script = new Script(code, { filename: 'mama-play/program.cjs', cachedData: madeAtBuild() });
const program = { exports: {} };
const here = dirname(fileURLToPath(import.meta.url));
script.runInThisContext()(program.exports, createRequire(import.meta.url), program, here, import.meta.url);

export const { start } = program.exports;

/** True where the program did not have to be compiled. */
export const compiledAhead = script.cachedDataRejected === false;

/** For the build: all that has been compiled so far. */
export const compiledCode = () => script.createCachedData();

function madeAtBuild() {
  try {
    return readFileSync(new URL('./@PROGRAM@.v8', import.meta.url));
  } catch {
    return undefined;
  }
}
