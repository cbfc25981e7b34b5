import { blockForm } from './jinja-blocks.ts';
import { chosen, compared, filterHint, literal } from './jinja-filters.ts';
import { callHint, methodHint, ourPath } from './jinja-paths.ts';

/** Forms of Jinja and of Go's templates that people bring along, and what they are called here. */
export interface ForeignBraces {
  readonly code: 'jinja' | 'go-template';
  readonly message: string;
  readonly hint: string;
}

const GO = /^\{\{-?\s*(?:\.[A-Za-z]|\$|end\s*-?\}\}$|\w+\s+(?:\.[A-Za-z]|\$))/;

/** `mustache` is one `{{ … }}` with its braces. Null where it is of no kind that is known. */
export function foreignBraces(mustache: string): ForeignBraces | null {
  if (GO.test(mustache)) {
    const hint = `for docker's own templates write \\${mustache}`;
    return { code: 'go-template', message: 'this is a Go template, which is not for us to fill in', hint };
  }
  const inner = mustache.replace(/^\{\{\{?[~-]?|[~-]?\}?\}\}$/g, '').trim();
  if (inner.length > 500) return null;
  const bare = inner.replace(/'[^']*'|"[^"]*"/g, (quoted) => '_'.repeat(quoted.length));
  if (/^(?:#\s*\w|else\s+if\b)/.test(inner)) {
    const form = blockForm(mustache);
    return form && form !== mustache ? jinja(wrongIn(bare), `write ${form}`) : null;
  }
  if (/\+\s*\[/.test(bare)) return jinja('operators are not known in {{ }}', sumHint(inner));
  if (bare.includes('|') && !/\bas\s*\|/.test(bare))
    return jinja('Jinja filters are not known here', filterHint(inner));
  const choice = /^(\S.*?) if (\S.*?) else (\S.*)$/.exec(inner);
  if (choice) {
    const [, yes, test, no] = choice;
    return jinja('"… if … else …" is not known here', chosen(test!, yes!, no!));
  }
  const numbered = /\b([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\.(\d+)(?![\w.[])/g;
  if (numbered.test(bare)) {
    const ours = inner.replace(numbered, '$1.[$2]');
    return jinja('the number of an item goes in square brackets', `write {{ ${ours} }}`);
  }
  const path = /^\w[\w.]*\[/.test(inner) ? ourPath(inner) : null;
  if (path) return jinja('square brackets are not known here', `write {{ ${path} }}`);
  const compare = compared(inner);
  if (compare) return jinja('operators are not known in {{ }}', `write {{ ${compare} }}`);
  const method = methodHint(inner);
  if (method) return jinja('methods are not known in {{ }}', method);
  if (/^[a-z_]\w*\s*\(/.test(inner))
    return jinja('calls with round brackets are not known here', callHint(inner));
  if (/\S\s+[-+*/%~]\s+\S/.test(bare)) return jinja('operators are not known in {{ }}', sumHint(inner));
  const [, left, word, right] = /^(\S+)\s+(and|or)\s+(\S+)$/.exec(inner) ?? [];
  if (word) return jinja(`"${word}" stands in front here`, `write {{ ${word} ${left} ${right} }}`);
  if (/^[\w.]+\[-?\d*:-?\d*\]$/.test(inner))
    return jinja(
      'parts of a text or list are not taken by numbers',
      'give the part as a variable of its own',
    );
  if (/^\{.*\}$/s.test(inner))
    return jinja('maps are not written in {{ }}', 'write the map as YAML, outside of the braces');
  return null;
}

/** What is Jinja's in the opening of a block. */
function wrongIn(opening: string): string {
  if (/\|/.test(opening) && !/\bas\s*\|/.test(opening)) return 'Jinja filters are not known here';
  if (opening.includes('[')) return 'square brackets are not known here';
  if (/\(\s*\)/.test(opening)) return 'methods are not known in {{ }}';
  return /[=!<>&]/.test(opening) ? 'operators are not known in {{ }}' : 'a block does not begin so here';
}

/** `'a' + x ~ 'b'` → `a{{ x }}b`. */
function sumHint(inner: string): string {
  if (/\+\s*\[/.test(inner))
    return 'lists are joined by CEL, where they are gone through: loop: some_list + ["a"]; a loop that registers has all in r.results';
  const parts = inner.split(/\s+[+~]\s+/);
  const isText = parts.some((part) => /^(['"]).*\1$/.test(part)) || inner.includes('~');
  if (isText && parts.every((part) => /^(?:'[^']*'|"[^"]*"|[\w.]+)$/.test(part)))
    return `write ${parts.map(literal).join('')}`;
  return 'put texts side by side, {{ a }}{{ b }}; sums are for CEL (when, loop, assert)';
}

function jinja(message: string, hint: string): ForeignBraces {
  return { code: 'jinja', message, hint };
}
