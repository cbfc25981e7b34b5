import type { ErrorObject } from 'ajv';
import type { Code, Diagnostic, Position } from '../contract/diagnostic.ts';
import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import type { ParamSchema } from '../contract/schema.ts';
import type { TaskType } from '../contract/task-type.ts';
import { jsonType, typesOf, violations } from './params-schema.ts';
import { complaint } from './params-words.ts';
import { fault, type Span } from './source.ts';
import type { Path } from './template.ts';
import type { YamlScalar } from './yaml.ts';

/** Parameters to be checked, and where they stand. */
export interface Checked {
  readonly type: TaskType;
  /** Null where `isOpen`. */
  readonly value: JsonObject;
  /** Of a value, or of its nearest parent. */
  span(path: Path): Span | Position;
  /** Of the key of an entry, where it was written. */
  keySpan(path: Path): Span | undefined;
  /** It is still to be rendered, so that nothing can be said of it. */
  isOpen(path: Path): boolean;
  /** Parameters that are not called missing, since a misspelt name stands there. */
  readonly meant: ReadonlySet<string>;
  /** Templates are filled in: a wrong type may come from a variable. */
  readonly rendered: boolean;
  /** The scalar as written. */
  written(path: Path): YamlScalar | undefined;
}

export function check(checked: Checked): Diagnostic[] {
  const found = settled(violations(checked.type, checked.value), checked).flatMap((error) => {
    const said = complaint(error, checked);
    const at = error.keyword === 'additionalProperties' ? checked.keySpan(said.path) : undefined;
    const diagnostic = place(at ?? checked.span(said.path), said.code, said.message, said.hint);
    const secret = (error.parentSchema as ParamSchema | undefined)?.secret === true;
    return secret ? withoutExcerpt(diagnostic) : diagnostic;
  });
  return [...found, ...exactlyOne(checked)];
}

function exactlyOne({ type, value, span, keySpan, isOpen, meant }: Checked): Diagnostic[] {
  return (type.schema.exactlyOne ?? []).flatMap((group) => {
    const given = group.filter((name) => Object.hasOwn(value, name));
    if (given.length === 1 || (given.length === 0 && group.some((name) => meant.has(name)))) return [];
    const names = group.map((name) => `"${name}"`).join(' or ');
    if (given.length === 0) return [place(span([]), 'missing-parameter', `"${type.name}" needs ${names}`)];
    if (given.some((name) => isOpen([name]))) return [];
    const second = keySpan([given[1]!]) ?? span([given[1]!]);
    return [
      place(
        second,
        'conflicting-parameters',
        `"${type.name}" takes only one of ${names}`,
        'remove one of them',
      ),
    ];
  });
}

/** Without verdicts about what is not rendered yet, and of each `anyOf` only what helps. */
function settled(errors: readonly ErrorObject[], checked: Checked): readonly ErrorObject[] {
  const known = errors.filter((error) => {
    const path = pathOf(error);
    if (
      error.keyword === 'required' &&
      path.length === 0 &&
      checked.meant.has(error.params['missingProperty'])
    ) {
      return false;
    }
    if (error.keyword === 'required' || error.keyword === 'additionalProperties' || isOfForm(error))
      return !isLeafOpen(checked, path);
    return !hasOpen(checked, path, valueAt(checked.value, path));
  });
  const choices = known.filter((error) => error.keyword === 'anyOf');
  return known.filter((error) => choices.every((choice) => keep(error, choice)));
}

/** A list stays a list, and a map a map, whatever is rendered within. (Of several forms each may be the one.) */
function isOfForm({ keyword, schemaPath }: ErrorObject): boolean {
  return (keyword === 'type' || keyword === 'enum') && !schemaPath.includes('/anyOf/');
}

/** The value itself is to be rendered (a map of which only parts are, is not). */
function isLeafOpen({ isOpen, value }: Checked, path: Path): boolean {
  return isOpen(path) && valueAt(value, path) === null;
}

function hasOpen(checked: Checked, path: Path, value: Json | undefined): boolean {
  if (!checked.isOpen(path)) return false;
  if (value === null || value === undefined) return true;
  const children: [string | number, Json][] = Array.isArray(value)
    ? value.map((item: Json, i) => [i, item])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return children.some(([step, child]) => hasOpen(checked, [...path, step], child));
}

/** An `anyOf` of which just one branch has the value's type gives way to that branch's errors, and else keeps alone. */
function keep(error: ErrorObject, choice: ErrorObject): boolean {
  const branches = choice.schema as readonly ParamSchema[];
  const fitting = branches.flatMap((branch, i) =>
    (typesOf(branch) ?? []).includes(jsonType(choice.data as Json)) ? [i] : [],
  );
  if (error === choice) return fitting.length !== 1;
  if (!error.schemaPath.startsWith(`${choice.schemaPath}/`)) return true;
  return fitting.length === 1 && error.schemaPath.startsWith(`${choice.schemaPath}/${fitting[0]}/`);
}

/** `/ports/0` → ["ports", 0] */
export function pathOf(error: ErrorObject): Path {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

export function valueAt(value: Json, path: Path): Json | undefined {
  let at: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(at)) at = (at as readonly Json[])[Number(step)];
    else at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

function place(at: Span | Position, code: Code, message: string, hint?: string): Diagnostic {
  if ('source' in at) return fault(at, code, message, hint);
  return { code, at, message, ...(hint === undefined ? {} : { hint }) };
}

function withoutExcerpt({ line: _line, width: _width, ...diagnostic }: Diagnostic): Diagnostic {
  return diagnostic;
}
