/**
 * A path of Jinja, `hostvars[groups['web'][0]].port`, as ours: `lookup (lookup hostvars groups.web.[0]) "port"`. Null
 * where the text is none.
 */
export function ourPath(text: string): string | null {
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(text.slice(at));
    if (found) at += found[0].length;
    return found;
  };
  const read = (): string | null => {
    let path = (next(/^vars\[\s*['"]([A-Za-z_]\w*)['"]\s*\]/) ?? next(/^vars\.([A-Za-z_]\w*)/))?.[1];
    path ??= next(/^[A-Za-z_]\w*/)?.[0];
    if (path === undefined) return null;
    for (;;) {
      const key = next(/^\.([A-Za-z_]\w*|\d+)/)?.[1] ?? next(/^\[\s*(\d+|'[^'\]]*'|"[^"\]]*")\s*\]/)?.[1];
      if (key !== undefined) path = withKey(path, key);
      else if (next(/^\[\s*/)) {
        const inner = read();
        if (inner === null || !next(/^\s*\]/)) return null;
        path = `lookup ${inBrackets(path)} ${inBrackets(inner)}`;
      } else return path;
    }
  };
  const path = read();
  return at === text.length ? path : null;
}

function withKey(path: string, key: string): string {
  const bare = key.replace(/^['"]|['"]$/g, '');
  if (path.includes(' ')) return `lookup (${path}) ${/^\d+$/.test(key) ? key : `"${bare}"`}`;
  return /^[A-Za-z_][\w-]*$/.test(bare) ? `${path}.${bare}` : `${path}.[${bare}]`;
}

function inBrackets(path: string): string {
  return path.includes(' ') ? `(${path})` : path;
}

/** Methods of Python that a helper does. */
const METHODS: Readonly<Record<string, string>> = {
  split: 'split',
  replace: 'replace',
  upper: 'upper',
  lower: 'lower',
  strip: 'trim',
};

/** `name.split('.')[0]` → `lookup (split name ".") 0`; undefined: it is no call of a method. */
export function methodHint(text: string): string | undefined {
  const call = /^([\w.]+)\.(\w+)\(([^()]*)\)(?:\[(\d+)\])?$/.exec(text);
  if (!call)
    return /^[\w.]+\.\w+\(/.test(text) ? 'write a helper before the value: {{ upper x }}' : undefined;
  const [, value, method, args, item] = call;
  if (method === 'get') return gotten(value!, args!);
  if (/^(?:keys|values|items)$/.test(method!))
    return `in a text {{#each ${value}}}{{ @key }} {{ this }}{{/each}}, in a loop or condition CEL: ${value}.map(k, k)`;
  const helper = METHODS[method!];
  if (!helper) return 'write a helper before the value: {{ upper x }}';
  const given = (args!.match(/'[^']*'|"[^"]*"|[^,\s]+/g) ?? []).map((arg) => ` ${doubleQuoted(arg)}`);
  const ours = `${helper} ${value}${given.join('')}`;
  return `write {{ ${item === undefined ? ours : `lookup (${ours}) ${item}`} }}`;
}

/** `map.get('key', otherwise)`. */
function gotten(map: string, args: string): string {
  const [, key, otherwise] = /^\s*['"]([A-Za-z_]\w*)['"]\s*(?:,\s*(\S+)\s*)?$/.exec(args) ?? [];
  if (!key) return 'write {{ lookup map key }}';
  return `write {{ default ${map}.${key} ${otherwise === undefined ? 'null' : doubleQuoted(otherwise)} }}`;
}

const AROUND = 'put a block with one loop around a task with the other, under another loop_var';

/** Ansible's lookups, each with what is done here. */
const LOOKUPS: Readonly<Record<string, string>> = {
  file: "a file's text can't be read into a variable: copy or template puts it on a host, and vars_files reads variables",
  env: 'give it on the command line: -e home="$HOME"',
  password: 'make it once, and keep it in a vault',
  template: 'use the template task',
  pipe: 'run it as a task with delegate_to: localhost, and register what it says',
  url: 'ask with the uri task, and register the answer',
  vars: 'write {{ x }}; a variable whose name is in another one belongs into a map: {{ lookup map name }}',
  fileglob: 'name the files, or copy the directory as a whole',
  first_found: 'name the one file, with variables in its name: src: "{{ inventory_hostname }}.conf"',
  dict: 'write loop: \'some_map.map(k, {"key": k, "value": some_map[k]})\'',
  sequence: 'write the numbers: loop: [1, 2, 3]',
  inventory_hostnames: 'write groups.all, or groups.web: the hosts of a group',
  items: 'write loop: some_list; of several lists, which it joins, loop: a + b',
  flattened: 'write loop: a + b',
  nested: AROUND,
  cartesian: AROUND,
  subelements: AROUND,
  together: 'write the pairs as a list of maps: loop: [{a: 1, b: 2}, …], with {{ item.a }} and {{ item.b }}',
  indexed_items: 'write loop: some_list, and loop_control: {index_var: i}',
  lines: 'register what a command says, and write loop: said.stdout_lines',
  ini: 'write the values as YAML: vars_files reads them',
  csvfile: 'write the values as YAML: vars_files reads them',
  varnames: 'a variable whose name is in another one belongs into a map: {{ lookup map name }}',
};

/** What to say of `lookup('file', …)` and of any other call. */
export function callHint(text: string): string {
  const [, name, plugin] = /^([a-z_]\w*)\s*\(\s*(?:['"](?:ansible\.builtin\.)?(\w+)['"])?/.exec(text) ?? [];
  const isLookup = name === 'lookup' || name === 'query' || name === 'q';
  const [, variable] = /,\s*['"]([A-Za-z_]\w*)['"]/.exec(text) ?? [];
  if (isLookup && plugin === 'env' && variable)
    return `give it on the command line: -e ${variable.toLowerCase()}="$${variable}"`;
  if (isLookup && plugin && Object.hasOwn(LOOKUPS, plugin)) return LOOKUPS[plugin]!;
  if (isLookup) return 'nothing is read on the controller but files of the project: use a task, and register';
  if (name === 'now') return 'write {{ ansible_date_time.iso8601 }}, which is the time on the host';
  if (name === 'range') return 'write the numbers: loop: [1, 2, 3]';
  return 'write {{ helper first second }}';
}

/** `a['b'][0]` → `a.b.[0]`. */
export function dotted(text: string): string {
  return text.replace(/\[\s*(['"]?)([^\]'"]+)\1\s*\]/g, (_, _quote: string, key: string) =>
    /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `.[${key}]`,
  );
}

export function doubleQuoted(text: string): string {
  return text.replace(/^'([^'"]*)'$/, '"$1"');
}
