/**
 * The shared harness of task types. A test file of a task type says:
 *
 *     laws(type, [{ name: 'makes a directory', params: (g) => ({ path: g.at('d'), state: 'directory' }),
 *                   delta: ['state'], after: (g) => assert.ok(statSync(g.at('d')).isDirectory()) }]);
 *
 * - `laws(type, cases, {nasty?, fingerprint?})` for a state type: every case runs in dash, bash and busybox ash, and
 *   each must keep the laws: probing changes nothing, `decide` and `desire` are pure, apply converges (asked again:
 *   nothing to do), writes stay within `touches`, results within `fields`, nothing appears in the working directory.
 *   `refused: /…/` instead expects a refusal, with nothing changed. `files`, `templates`, `variables` of a case are
 *   the controller's project; `before(ground)` prepares the host's directory; `running` is the shell's environment.
 *   It registers `declarationLaws(type)` too.
 * - `declarationLaws(type)` for every other kind: page, descriptions, examples.
 * - For one's own tests: `for (const shell of shells()) { const ground = makeGround(shell, sources, running); … ground.remove() }`
 *   (or `inEachShell`), with `converge` (state), `query` (query), `perform` (action), `look`, `desire`, `applyAfter`,
 *   `worldOf({'path:/x': {kind: 'directory'}})`, `treeState`/`changedPaths`, and `runScript(shell, script, running)`.
 *   `running.tools` are directories put before the shell's own tools: the place for fakes of `docker`, `apt-get` ….
 * - `validateParams(type, given)`: aliases, defaults and faults, for cases of bad input.
 * - `NASTY`: texts that break careless shell code.
 */

export { inEachShell } from './harness/each.ts';
export { changedPaths, type Ground, makeGround, treeState } from './harness/ground.ts';
export {
  applyAfter,
  type Case,
  declarationLaws,
  deepFreeze,
  type LawOptions,
  laws,
  mustConverge,
} from './harness/laws.ts';
export { fakeLocal, lay, type Source, type Sources } from './harness/local.ts';
export { NASTY } from './harness/nasty.ts';
export { examplesOf, faultsOf, hasTest, loadType, readPage, typeNames } from './harness/page.ts';
export { type Validated, validateParams } from './harness/params.ts';
export { placeOf, type Running, runScript, type Shell, shells, shellsFor } from './harness/shells.ts';
export {
  type Converged,
  checkedParams,
  converge,
  desire,
  look,
  type Needless,
  type Performed,
  perform,
  query,
  REAL,
  type Refused,
  registersWhatItDeclares,
  say,
  worldOf,
} from './harness/trial.ts';
