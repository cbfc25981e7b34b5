import { type Loader, position } from './loader.ts';
import type { Directives } from './model.ts';
import { readText } from './read.ts';
import { entry, type YamlMap } from './yaml.ts';

export interface Titled {
  readonly shown: Pick<Directives, 'name' | 'title'>;
  /** `task "x"`, or by its line where it has no name: for messages. */
  label(what: string): string;
}

/** The `name:` of a task, block or include. */
export function titled(loader: Loader, map: YamlMap): Titled {
  const at = entry(map, 'name');
  const name = (at && readText(loader, at)) ?? null;
  const title = at && name?.includes('{{') ? loader.template(at.value) : null;
  return {
    shown: { name, title: title?.constant === undefined ? title : null },
    label: (what) => (name === null ? `the ${what} in line ${position(map.span).line}` : `${what} "${name}"`),
  };
}
