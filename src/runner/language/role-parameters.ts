import type { Here } from './here.ts';
import { boundTemplate, siteOf } from './inherited.ts';
import { KEYS, looksLikeKey } from './keywords.ts';
import { type Loader, position } from './loader.ts';
import type { Layer, Variable } from './model.ts';
import { nameFault } from './names.ts';
import { describe } from './read.ts';
import type { RoleText } from './role.ts';
import { fault, warning } from './source.ts';
import { didYouMean } from './suggest.ts';
import { checkValue } from './value.ts';
import { entry, type YamlEntry, type YamlMap } from './yaml.ts';

/** Parameters in the form of Ansible: `vars`, and every key of the entry that is not a keyword. */
export function givenTo(loader: Loader, node: YamlMap, text: RoleText): YamlEntry[] {
  const given = new Map<string, YamlEntry>();
  const vars = entry(node, 'vars');
  if (vars) for (const at of varsOf(loader, vars)) given.set(at.key, at);
  for (const at of node.entries) {
    if (KEYS.role.includes(at.key)) continue;
    const twice = given.get(at.key);
    if (twice) {
      loader.report(
        fault(at.keySpan, 'given-twice', `"${at.key}" is given twice`, 'keep the one below vars'),
      );
      continue;
    }
    const undeclared = !text.role.declared && !text.role.defaults.variables.has(at.key);
    if (undeclared && looksLikeKey(at.key, 'role')) {
      const message = `"${at.key}" is taken for a parameter of the role "${text.role.name}"`;
      const hint = didYouMean(at.key, KEYS.role) ?? 'put parameters below vars, to be clear';
      loader.report(warning(at.keySpan, 'odd-parameter', message, hint));
    }
    given.set(at.key, at);
  }
  return [...given.values()];
}

/** The entries of `vars:`; empty if it is not a map (reported). */
export function varsOf(loader: Loader, at: YamlEntry): readonly YamlEntry[] {
  if (at.value.kind === 'map') return at.value.entries;
  if (at.value.kind !== 'scalar' || at.value.value !== null) {
    const message = `"vars" takes a map of names and values, not ${describe(at.value)}`;
    loader.report(fault(at.value.span, 'wrong-type', message));
  }
  return [];
}

/** Names must be such, declared where the role declares, and constants of the declared type. */
export function checkGiven(loader: Loader, { role }: RoleText, given: readonly YamlEntry[]): void {
  for (const { key, keySpan, value } of given) {
    const wrong = nameFault(keySpan, key, 'a parameter');
    if (wrong) {
      loader.report(wrong);
      continue;
    }
    const input = role.inputs.get(key);
    if (input) checkValue(loader, `"${key}"`, input.schema, value);
    else if (role.declared && !role.vars.variables.has(key)) {
      const names = [...role.inputs.keys()];
      const known = names.length > 0 ? `it declares ${names.join(', ')}` : 'it declares none';
      const message = `the role "${role.name}" has no input "${key}"`;
      loader.report(fault(keySpan, 'unknown-input', message, didYouMean(key, names) ?? known));
    }
  }
}

/**
 * What a role sees of its caller: what it was given, below that the `vars` of blocks around the call. A role that
 * calls itself keeps what it was given, as far as it is not told otherwise.
 */
export function parametersOf(
  { loader, inherited }: Here,
  text: RoleText,
  given: readonly YamlEntry[],
): Layer {
  const variables = new Map<string, Variable>();
  if (inherited.role?.role === text.role) addAll(variables, inherited.role.parameters.variables.values());
  const site = siteOf(inherited);
  const bound = (variable: Variable) => ({ ...variable, value: boundTemplate(variable.value, site) });
  for (const layer of inherited.layers) addAll(variables, [...layer.variables.values()].map(bound));
  for (const { key, keySpan, value } of given) {
    addAll(variables, [bound({ name: key, at: position(keySpan), value: loader.template(value) })]);
  }
  return { label: `parameters of role "${text.role.name}"`, variables };
}

function addAll(variables: Map<string, Variable>, more: Iterable<Variable>): void {
  for (const variable of more) variables.set(variable.name, variable);
}
