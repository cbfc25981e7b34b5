import type { Base } from './mustache.ts';

/** What a place in the text sees: how many contexts are open (0: only the variables), and the named items. */
export interface Place {
  readonly depth: number;
  readonly names: ReadonlySet<string>;
  /** How many `each` are open: there, `@index` and its like exist. */
  readonly loops: number;
}

export const ROOT: Place = { depth: 0, names: new Set(), loops: 0 };

/** Where a path begins and the keys from there, or why it leads nowhere. `text`: the path as written. */
export function readPath(
  node: hbs.AST.PathExpression,
  text: string,
  place: Place,
):
  | { readonly base: Base; readonly keys: readonly string[] }
  | { readonly message: string; readonly hint: string } {
  // Handlebars takes `range .Mounts` for one path with a gap in it.
  if (/\s/.test(text.replace(/\[[^\]]*\]/g, ''))) {
    return { message: `"${text}" is not one name`, hint: "for docker's own templates write \\{{ … }}" };
  }
  if (node.data) return readData(node, place);
  const [first] = node.parts;
  const scoped = /^(\.|this\b)/.test(node.original);
  if (!scoped && first !== undefined && place.names.has(first)) {
    return { base: { kind: 'named', name: first }, keys: node.parts.slice(1) };
  }
  if (node.depth > place.depth) {
    const hint = 'outside of {{#each}} and {{#with}} there is nothing above';
    return { message: '"../" leads out of the template', hint };
  }
  if (node.depth < place.depth) return { base: { kind: 'context', up: node.depth }, keys: node.parts };
  if (first === undefined) {
    const hint = 'name a variable, or write \\{{ where the braces are meant literally';
    return { message: '"this" is nothing outside of {{#each}} and {{#with}}', hint };
  }
  return { base: { kind: 'variables' }, keys: node.parts };
}

/** `@index` and its like, and `@root.x`, which is the variable x. */
function readData({ parts, depth }: hbs.AST.PathExpression, place: Place): ReturnType<typeof readPath> {
  const [name, ...rest] = parts;
  if (name === 'root' && rest.length > 0) return { base: { kind: 'variables' }, keys: rest };
  const known = name === 'index' || name === 'key' || name === 'first' || name === 'last';
  if (known && rest.length === 0 && depth < place.loops)
    return { base: { kind: 'data', name, up: depth }, keys: [] };
  return {
    message: `there is no "@${name ?? ''}" here`,
    hint: 'in {{#each}} there are @index, @key, @first and @last',
  };
}
