import { isObject } from '../contract/json.ts';
import type { Loader } from './loader.ts';
import type { Become, Expression, Layer, RoleUse, Site, Template } from './model.ts';
import {
  booleanHint,
  describe,
  isBooleanWord,
  isTemplated,
  type Keyed,
  readAmount,
  readBoolean,
  readCondition,
  readConditions,
  readLayer,
  readText,
  readWords,
  wrongType,
} from './read.ts';
import { fault, type Span } from './source.ts';
import type { YamlMap } from './yaml.ts';

/**
 * What a task has from all that is around it: play, role, blocks, imports. Of single values the innermost wins;
 * conditions, tags, environments and variables add up, outermost first.
 */
export interface Inherited {
  readonly when: readonly Expression[];
  readonly layers: readonly Layer[];
  readonly tags: ReadonlySet<string>;
  readonly role: RoleUse | null;
  readonly notify: readonly Template[];
  readonly become: Become;
  readonly environment: readonly Template[];
  readonly noLog: boolean;
  readonly ignoreErrors: Expression | boolean;
  readonly ignoreUnreachable: boolean;
  readonly delegateTo: Template | null;
  readonly runOnce: boolean;
  readonly checkMode: { readonly value: boolean; readonly span: Span } | null;
  readonly timeout: Template | null;
}

export const NOTHING: Inherited = {
  when: [],
  layers: [],
  tags: new Set(),
  role: null,
  notify: [],
  become: { active: null, user: null },
  environment: [],
  noLog: false,
  ignoreErrors: false,
  ignoreUnreachable: false,
  delegateTo: null,
  runOnce: false,
  checkMode: null,
  timeout: null,
};

/** A constant `notify`, to be looked up once the play's handlers are known. */
export type Notified = { readonly name: string; readonly span: Span };

interface Reading {
  readonly loader: Loader;
  readonly outer: Inherited;
  /** `block "x"`: whose variables these are, for messages. */
  readonly label: string;
  readonly notified: Notified[];
}

type Reader = (reading: Reading, at: Keyed) => Partial<Inherited> | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  when: ({ loader, outer }, at) => ({ when: [...outer.when, ...readConditions(loader, at)] }),
  tags: ({ loader, outer }, at) => ({ tags: addTags(outer.tags, readWords(loader, at, ',')) }),
  vars: ({ loader, outer, label }, at) => ({
    layers: [...outer.layers, readLayer(loader, at, `vars of ${label}`)],
  }),
  notify: ({ loader, outer, notified }, at) => ({
    notify: [...outer.notify, ...readNotify(loader, at, notified)],
  }),
  environment: ({ loader, outer }, at) => ({
    environment: [...outer.environment, ...readEnvironment(loader, at)],
  }),
  become: ({ loader, outer }, at) => ({ become: { ...outer.become, active: readBecome(loader, at) } }),
  become_user: ({ loader, outer }, at) => {
    if (readText(loader, at, 'the name of a user') === undefined) return undefined;
    return { become: { ...outer.become, user: loader.template(at.value) } };
  },
  delegate_to: ({ loader }, at) =>
    readText(loader, at, 'the name of a host') === undefined
      ? undefined
      : { delegateTo: loader.template(at.value) },
  no_log: ({ loader }, at) => maybe(readBoolean(loader, at), (noLog) => ({ noLog })),
  ignore_errors: ({ loader }, at) => maybe(readFlag(loader, at), (ignoreErrors) => ({ ignoreErrors })),
  ignore_unreachable: ({ loader }, at) =>
    maybe(readBoolean(loader, at), (ignoreUnreachable) => ({ ignoreUnreachable })),
  run_once: ({ loader }, at) => maybe(readBoolean(loader, at), (runOnce) => ({ runOnce })),
  check_mode: ({ loader }, at) =>
    maybe(readBoolean(loader, at), (value) => ({ checkMode: { value, span: at.value.span } })),
  timeout: ({ loader }, at) => maybe(readAmount(loader, at, 'seconds', true), (timeout) => ({ timeout })),
};

/** What is inside `map` inherits: what is around it, and its own words. */
export function inherit(
  loader: Loader,
  map: YamlMap,
  outer: Inherited,
  label: string,
  notified: Notified[],
  except: readonly string[] = [],
): Inherited {
  let result = outer;
  for (const at of map.entries) {
    const read = except.includes(at.key) || !Object.hasOwn(READERS, at.key) ? undefined : READERS[at.key];
    const own = read?.({ loader, outer: result, label, notified }, at);
    if (own) result = { ...result, ...own };
  }
  return result;
}

/**
 * What the tasks of a role inherit from outside of it. Texts that were written there are bound to their place, and the
 * variables of blocks there are no longer layers of the task (they are below the role's parameters).
 */
export function intoRole(outer: Inherited, use: RoleUse): Inherited {
  const site = siteOf(outer);
  const { ignoreErrors, delegateTo, timeout, become } = outer;
  const bound = (template: Template | null) => template && boundTemplate(template, site);
  return {
    ...outer,
    role: use,
    layers: [],
    when: outer.when.map((expression) => boundExpression(expression, site)),
    notify: outer.notify.map((template) => boundTemplate(template, site)),
    environment: outer.environment.map((template) => boundTemplate(template, site)),
    become: {
      active: typeof become.active === 'boolean' ? become.active : bound(become.active),
      user: bound(become.user),
    },
    ignoreErrors: typeof ignoreErrors === 'boolean' ? ignoreErrors : boundExpression(ignoreErrors, site),
    delegateTo: bound(delegateTo),
    timeout: bound(timeout),
  };
}

export function siteOf(inherited: Inherited): Site {
  return { role: inherited.role, layers: inherited.layers };
}

/** The same template, evaluated where it was written wherever it is used. */
export function boundTemplate(template: Template, site: Site): Template {
  if (template.site || template.constant !== undefined) return template;
  return { ...template, site };
}

function boundExpression(expression: Expression, site: Site): Expression {
  if (expression.site || expression.mentions.size === 0) return expression;
  return { ...expression, site };
}

function maybe<T>(
  value: T | undefined,
  use: (value: T) => Partial<Inherited>,
): Partial<Inherited> | undefined {
  return value === undefined ? undefined : use(value);
}

function addTags(tags: ReadonlySet<string>, words: readonly { text: string }[]): ReadonlySet<string> {
  return new Set([...tags, ...words.map((word) => word.text)]);
}

function readNotify(loader: Loader, at: Keyed, notified: Notified[]): Template[] {
  const items = at.value.kind === 'list' ? at.value.items : [at.value];
  return items.flatMap((value) => {
    const text = readText(loader, { key: at.key, value }, "a handler's name or a list of them");
    if (text === undefined) return [];
    const template = loader.template(value);
    if (typeof template.constant === 'string') notified.push({ name: template.constant, span: value.span });
    return [template];
  });
}

/** A map, a list of maps, or a template that gives a map. */
function readEnvironment(loader: Loader, at: Keyed): Template[] {
  const items = at.value.kind === 'list' ? at.value.items : [at.value];
  return items.flatMap((value) => {
    if (isTemplated(value)) return [loader.template(value)];
    if (value.kind !== 'map')
      return wrongType(loader, { key: at.key, value }, 'a map of names and texts') ?? [];
    for (const { key, keySpan, value: text } of value.entries) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) {
        const message = `"${key}" can't be the name of an environment variable`;
        loader.report(fault(keySpan, 'bad-name', message, 'letters, digits and _ only'));
      }
      if (text.kind !== 'scalar' || text.value === null) {
        const message = `the environment variable "${key}" takes a text, not ${describe(text)}`;
        const span = text.kind === 'scalar' ? keySpan : text.span;
        loader.report(fault(span, 'wrong-type', message, 'an empty text is ""'));
      }
    }
    const template = loader.template(value);
    return template.constant === undefined || isObject(template.constant) ? [template] : [];
  });
}

function readBecome(loader: Loader, at: Keyed): Template | boolean | null {
  return isTemplated(at.value) ? loader.template(at.value) : (readBoolean(loader, at) ?? null);
}

function readFlag(loader: Loader, at: Keyed): Expression | boolean | undefined {
  const { value } = at;
  if (value.kind === 'scalar' && typeof value.value === 'boolean') return value.value;
  if (isBooleanWord(value)) return wrongType(loader, at, 'true, false or a condition', booleanHint(value));
  return readCondition(loader, at);
}
