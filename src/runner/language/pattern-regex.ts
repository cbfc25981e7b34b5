/** A regular expression that can't run away, or why the text gives none. */
export type Bounded =
  | { readonly kind: 'regex'; readonly regex: RegExp }
  | { readonly kind: 'problem'; readonly message: string };

const MAX_LENGTH = 200;
const MAX_REPEATS = 3;

/**
 * Compiles a user's regular expression, matched from the beginning of a name as Ansible does. Refused is what can
 * take exponential time in a backtracking matcher: a repeated group that holds a repeat or an alternative, a
 * back-reference; and more than three open-ended repeats, which bounds the rest to a cube of the name's length.
 */
export function boundedRegex(source: string): Bounded {
  if (source.length > MAX_LENGTH)
    return { kind: 'problem', message: `is longer than ${MAX_LENGTH} characters` };
  const danger = dangerOf(source);
  if (danger) return { kind: 'problem', message: danger };
  try {
    return { kind: 'regex', regex: new RegExp(`^(?:${source})`, 'u') };
  } catch (error) {
    const said = String((error as Error).message).replace(/^.*\/u?: /, '');
    return {
      kind: 'problem',
      message: `is no regular expression: ${said.charAt(0).toLowerCase()}${said.slice(1)}`,
    };
  }
}

const TOKEN = /\\[1-9k]|\\.|\[(?:\\.|[^\]\\])*\]|\(|\)|\||[*+?]|\{\d+(?:,\d*)?\}|./gsu;

function dangerOf(source: string): string | null {
  const open: { varies: boolean }[] = [];
  let group = { varies: false };
  let closed: { varies: boolean } | null = null;
  let repeats = 0;
  for (const [token] of source.replace(/\(\?(?:[:=!]|<[=!]|<\w+>)/g, '(').matchAll(TOKEN)) {
    const justClosed = closed;
    closed = null;
    if (/^\\[1-9k]/.test(token)) return 'refers back to a group';
    if (token === '(') {
      open.push(group);
      group = { varies: false };
    } else if (token === ')') {
      closed = group;
      const outer = open.pop() ?? { varies: false };
      group = { varies: outer.varies || group.varies };
    } else if (token === '|') group.varies = true;
    else if (/^([*+?]|\{\d.*\})$/s.test(token)) {
      if (isRepeat(token) && justClosed?.varies)
        return 'repeats a group that holds a repeat or an alternative';
      if (isRepeat(token) && ++repeats > MAX_REPEATS)
        return `holds more than ${MAX_REPEATS} open-ended repeats`;
      group.varies = true;
    }
  }
  return null;
}

/** `?` and small counts can't run away. */
function isRepeat(token: string): boolean {
  const [, most] = /^\{\d+(?:,(\d*))?\}$/.exec(token) ?? [];
  if (token === '?') return false;
  if (token === '*' || token === '+') return true;
  return most === '' || Number(most ?? token.slice(1, -1)) > 10;
}

/**
 * A shell-like wildcard over the whole name: `*`, `?`, `[a-c]`, `[!x]`. The pieces between the stars are found one
 * after the other, leftmost first, so that no number of stars makes it slow. null: a set in it makes no sense.
 */
export function wildcard(text: string): ((name: string) => boolean) | null {
  const pieces = [''];
  for (const [token] of text.matchAll(/\[[^\]]+\]|./gsu)) {
    if (token === '*') pieces.push('');
    else pieces.push(pieces.pop() + pieceOf(token));
  }
  try {
    return matcher(pieces);
  } catch {
    return null;
  }
}

/** Throws what RegExp throws. */
function matcher([first = '', ...rest]: readonly string[]): (name: string) => boolean {
  const last = rest.pop();
  if (last === undefined) {
    const whole = new RegExp(`^${first}$`, 'su');
    return (name) => whole.test(name);
  }
  const steps = [new RegExp(`^${first}`, 'su'), ...rest.map((piece) => new RegExp(piece, 'su'))];
  const end = new RegExp(`${last}$`, 'su');
  return (name) => {
    let left = name;
    for (const step of steps) {
      const found = step.exec(left);
      if (!found) return false;
      left = left.slice(found.index + found[0].length);
    }
    return end.test(left);
  };
}

function pieceOf(token: string): string {
  if (token === '?') return '.';
  const [, not, set] = /^\[([!^]?)(.+)\]$/su.exec(token) ?? [];
  if (set === undefined) return token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return `[${not ? '^' : ''}${set.replace(/[\\[\]^]/g, '\\$&')}]`;
}
