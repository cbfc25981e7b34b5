import { join } from 'node:path';
import { type Here, type Place, playbookPlace } from './here.ts';
import { inherit, intoRole } from './inherited.ts';
import type { Loader } from './loader.ts';
import type { Node, RoleUse } from './model.ts';
import { readConstant, readText, type Word } from './read.ts';
import { findRole, type RoleText, roleFile } from './role.ts';
import { checkGiven, givenTo, parametersOf } from './role-parameters.ts';
import { fault, type Span } from './source.ts';
import { didYouMean } from './suggest.ts';
import { loadTaskFile } from './tasks.ts';
import { entry, toJson, type YamlEntry, type YamlMap, type YamlNode } from './yaml.ts';

/** A role that is about to be used, from an entry of `roles:`, of `dependencies:`, or from an import or include. */
export interface Call {
  readonly text: RoleText;
  /** What was given to it, as written. */
  readonly given: readonly YamlEntry[];
  /** Where it was called, and what its tasks inherit from there, the call's own words included. */
  readonly here: Here;
  /** Where its name is written. */
  readonly span: Span;
  /** The file of tasks, if not `main`. */
  readonly from: Word | null;
  /** What distinguishes it, beside the parameters, from other uses that make it needless. null: it is always run. */
  readonly once: string | null;
}

/** One entry of `roles:` or of a role's `dependencies:`. */
export function loadRoleEntry(here: Here, node: YamlNode): Node[] {
  const { loader, play } = here;
  const name = nameIn(loader, node);
  if (!name) return [];
  const text = findRole(here, name);
  const map: YamlMap = node.kind === 'map' ? node : { kind: 'map', span: node.span, entries: [] };
  const inherited = inherit(loader, map, here.inherited, `role "${name.text}"`, play.notified, ['vars']);
  if (!text) return [];
  const given = givenTo(loader, map, text);
  const words = map.entries.filter(({ key }) => key === 'when' || key === 'tags');
  const once = JSON.stringify(words.map(({ key, value }) => [key, toJson(value)]));
  return useRole({ text, given, here: { ...here, inherited }, span: name.span, from: null, once });
}

function nameIn(loader: Loader, node: YamlNode): Word | null {
  if (node.kind === 'map') {
    const at = entry(node, 'role') ?? entry(node, 'name');
    if (!at) loader.report(fault(node.span, 'missing-key', 'the use of a role needs "role", with its name'));
    const shown = entry(node, 'name');
    if (shown && shown !== at) readText(loader, shown);
    const text = at && readConstant(loader, at, 'the name of a role');
    return text === undefined ? null : { text, span: at!.value.span };
  }
  const text = readConstant(loader, { key: 'roles', value: node }, 'names of roles, or maps with "role"');
  return text === undefined ? null : { text, span: node.span };
}

/** The tasks of a role, after those of the roles that it depends on. */
export function useRole(call: Call): Node[] {
  const { text, here } = call;
  const { loader, play } = here;
  if (circle(call)) return [];
  const { flawed } = loader.flawed(() => checkGiven(loader, text, call.given));
  const parameters = parametersOf(here, text, call.given);
  const caller = here.inherited.role;
  const callers = caller ? [caller.role.name, ...caller.callers] : [];
  const use: RoleUse = { role: text.role, parameters, callers, flawed: flawed || text.flawed };
  const gates = gatesOf(here);
  const key = keyOf(call);
  if (call.once !== null && !text.allowDuplicates && leftToEarlier(here, key, gates)) return [];
  const inside: Here = {
    ...here,
    inherited: intoRole(here.inherited, use),
    place: rolePlace(here.place, text),
  };
  const used = {
    text,
    use,
    key,
    gates,
    here: inside,
    span: call.span,
    ids: { from: loader.lastId() + 1, to: 0 },
  };
  play.used.push(used);
  const chain = { ...inside, place: { ...inside.place, dependents: [...here.place.dependents, text] } };
  const before = text.dependencies.flatMap((dependency) => loadRoleEntry(chain, dependency));
  const own = tasksOf(inside, call);
  used.ids.to = loader.lastId();
  return [...before, ...own];
}

function tasksOf(here: Here, { text, from, span }: Call): Node[] {
  const { loader } = here;
  const name = from ? from.text.replace(/\.ya?ml$/, '') : 'main';
  const file = roleFile(loader, text.role.path, 'tasks', name);
  if (file !== null) return loadTaskFile(here, file, from?.span ?? span);
  if (from) {
    const dir = join(text.role.path, 'tasks');
    const known = loader.io.list(dir).map((file) => file.replace(/\.ya?ml$/, ''));
    const message = `the role "${text.role.name}" has no tasks/${name}.yaml`;
    loader.report(fault(from.span, 'missing-file', message, didYouMean(name, known)));
  }
  return [];
}

function rolePlace(place: Place, text: RoleText): Place {
  const { playbookDir, root } = place;
  return {
    ...place,
    ...playbookPlace(playbookDir, root),
    role: text,
    dir: join(text.role.path, 'tasks'),
    ...kept(place),
  };
}

/** What goes on inside a role as it was outside. */
function kept({ files, dependents, loops, gates, handlers }: Place) {
  return { files, dependents, loops, gates, handlers };
}

/** Reports a role that depends on itself. */
function circle({ text, here, span }: Call): boolean {
  const { dependents } = here.place;
  const start = dependents.indexOf(text);
  if (start < 0) return false;
  const names = [...dependents.slice(start), text].map(({ role }) => role.name);
  const message = `roles depend on each other in a circle: ${names.join(' → ')}`;
  here.loader.report(fault(span, 'role-circle', message, 'remove one of the dependencies'));
  return true;
}

/** Equal for calls that would do the same. Parameters that hold variables mean the same only to the same caller. */
function keyOf({ text, given, once, here: { loader, play, inherited } }: Call): string {
  const caller = play.used.findIndex(({ use }) => use === inherited.role);
  const parameters = given.map(({ key, value }) => {
    return [key, toJson(value), loader.template(value).constant === undefined ? caller : null];
  });
  return JSON.stringify([text.role.path, once, parameters]);
}

/**
 * Within a play, a role that was already used with the same parameters, `when` and `tags` is not run again (as in
 * Ansible: "role deduplication"). That holds if the earlier use is run whenever this one would be; of its tags, the
 * later ones are added to it.
 */
function leftToEarlier({ play, inherited, loader }: Here, key: string, gates: readonly string[]): boolean {
  const earlier = play.used.find(
    (used) => used.key === key && used.gates.every((gate) => gates.includes(gate)),
  );
  if (!earlier) return false;
  const { ids } = earlier;
  const to = () => (ids.to === 0 ? loader.lastId() : ids.to);
  play.moreTags.push({ from: ids.from, to, tags: inherited.tags });
  return true;
}

/** What must hold for tasks here to be run: conditions, in whose words they were written, and blocks that may not be. */
function gatesOf({ play, inherited, place }: Here): string[] {
  const conditions = inherited.when.map((expression) => {
    const role = expression.site ? expression.site.role : inherited.role;
    const number = role ? play.used.findIndex(({ use }) => use === role) : -1;
    return `${number} ${expression.source}`;
  });
  return [...place.gates, ...conditions];
}
