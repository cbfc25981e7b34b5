import { foreignBraces } from './braces.ts';
import { loopHint } from './jinja-loops.ts';
import { type Loader, position } from './loader.ts';
import type { Expression, Loop, Template } from './model.ts';
import { nameFault } from './names.ts';
import { describe, isTemplated, readAmount, readConstant, wrongType } from './read.ts';
import { fault, warning } from './source.ts';
import { didYouMean } from './suggest.ts';
import { constantTemplate } from './template.ts';
import { entry, type YamlEntry, type YamlMap, type YamlNode } from './yaml.ts';

export const CONTROL = ['loop_var', 'index_var', 'label', 'pause'];

const CONTROL_ELSEWHERE = new Map(
  Object.entries({
    extended: 'use index_var',
    extended_allitems: 'use index_var',
    break_when: 'choose the items before: loop: some_list.filter(x, x.wanted)',
  }),
);

/** What loops, and the loop variables of the blocks around it. */
interface Looped {
  readonly of: 'task' | 'block' | 'include';
  readonly around: readonly string[];
}

/** `loop` and `loop_control`. */
export function readLoop(loader: Loader, map: YamlMap, { of, around }: Looped): Loop | null {
  const at = entry(map, 'loop');
  const control = entry(map, 'loop_control');
  const named = readControl(loader, control, of);
  const { loopVar } = named;
  const nothing = { items: constantTemplate([], position(map.span)), ...named };
  if (!at) {
    if (map.entries.some(({ key }) => key.startsWith('with_'))) return nothing;
    if (control)
      loader.report(fault(control.keySpan, 'missing-key', '"loop_control" needs a "loop" beside it'));
    return null;
  }
  if (around.includes(loopVar)) {
    const message = `a loop around this one has the loop variable "${loopVar}" too, which is hidden here`;
    loader.report(
      warning(at.keySpan, 'hidden-variable', message, 'write loop_control: {loop_var: another_name}'),
    );
  }
  const items = readItems(loader, at);
  // A loop that is refused has its variables, and no items: what stands in it is not wrong for its sake.
  return items ? { items, ...named } : nothing;
}

function readItems(loader: Loader, at: YamlEntry): Template | Expression | null {
  const { value } = at;
  if (value.kind === 'list') return loader.template(value);
  const wanted = 'a list, or an expression that gives one';
  if (value.kind === 'map') {
    return wrongType(loader, at, wanted, 'write loop: some_map.map(k, some_map[k])') ?? null;
  }
  if (typeof value.value !== 'string') return wrongType(loader, at, wanted) ?? null;
  const words = /^[\w.-]+(?:\s*,\s*[\w.-]+)+$/.test(value.value) ? value.value.split(/\s*,\s*/) : null;
  if (words) return wrongType(loader, at, wanted, `write loop: [${words.join(', ')}]`) ?? null;
  if (!isTemplated(value)) return loader.expression(value);
  const [, inner] = /^\s*\{\{([^{}]*)\}\}\s*$/.exec(value.value) ?? [];
  if (inner !== undefined) return refuseJinja(loader, value, inner) ? null : loader.template(value);
  const message =
    'a loop is a list, one lone {{ list }}, or an expression: this is a text with variables in it';
  loader.report(fault(value.span, 'wrong-type', message, 'write the items as a list'));
  return null;
}

/** What of Jinja has a form in CEL is told with that form. */
function refuseJinja(loader: Loader, { span }: YamlNode, inner: string): boolean {
  const foreign = foreignBraces(`{{${inner}}}`);
  const hint = foreign?.code === 'jinja' ? loopHint(inner) : undefined;
  if (!foreign || !hint) return false;
  loader.report(fault(span, 'jinja', foreign.message, hint));
  return true;
}

function readControl(loader: Loader, at: YamlEntry | undefined, of: Looped['of']): Omit<Loop, 'items'> {
  let control: Omit<Loop, 'items'> = { loopVar: 'item', indexVar: null, label: null, pause: null };
  if (!at) return control;
  if (at.value.kind !== 'map') {
    wrongType(loader, at, `a map of ${CONTROL.join(', ')}`);
    return control;
  }
  for (const one of at.value.entries) {
    if (one.key === 'loop_var') control = { ...control, loopVar: readName(loader, one) ?? 'item' };
    else if (one.key === 'index_var') control = { ...control, indexVar: readName(loader, one) };
    else if (one.key === 'pause' && of === 'task') {
      control = { ...control, pause: readAmount(loader, one, 'seconds') ?? null };
    } else if (one.key === 'label') {
      if (one.value.kind !== 'scalar' || one.value.value !== null) {
        control = { ...control, label: loader.template(one.value) };
      } else
        loader.report(fault(one.keySpan, 'wrong-type', `"label" takes a text, not ${describe(one.value)}`));
    } else {
      loader.report(refuseControl(one, of));
    }
  }
  return control;
}

function refuseControl({ key, keySpan }: YamlEntry, of: Looped['of']) {
  if (key === 'pause') {
    const hint = 'put a task of its own at its end: - pause: {seconds: 5}';
    return fault(keySpan, 'unknown-key', `"pause" is for the loops of tasks, not for that of ${A[of]}`, hint);
  }
  const hint = CONTROL_ELSEWHERE.get(key) ?? didYouMean(key, CONTROL) ?? `it has ${CONTROL.join(', ')}`;
  return fault(keySpan, 'unknown-key', `"${key}" is not a key of loop_control`, hint);
}

const A = { task: 'a task', block: 'a block', include: 'an include' };

function readName(loader: Loader, at: YamlEntry): string | null {
  const name = readConstant(loader, at, 'a name', 'write the name itself');
  if (name === undefined) return null;
  const wrong = nameFault(at.value.span, name, 'a variable');
  if (wrong) loader.report(wrong);
  return wrong ? null : name;
}
