const CLAUSE = '[ugoa]*([-+=]([rwxXst]*|[ugo]))+';

/** `0644`, `644`, or symbolic clauses such as `u=rwX,g+s-w,o-w`. */
export const MODE_PATTERN = `^([0-7]{3,4}|0[0-7]{4}|${CLAUSE}(,${CLAUSE})*)$`;

/** What a symbolic mode is relative to. */
export interface ModeBase {
  /** The permission bits so far, or those that a new file or directory gets. */
  readonly bits: number;
  readonly directory: boolean;
  /** Holds back bits where a clause names nobody (`+x`), as chmod does. */
  readonly umask: number;
}

const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007 };

/** The permission bits (0o7777) that `mode` means; clauses are read as chmod(1) of POSIX reads them. */
export function resolveMode(mode: string, base: ModeBase): number {
  if (/^[0-7]+$/.test(mode)) return Number.parseInt(mode, 8);
  return mode.split(',').reduce((bits, clause) => applyClause(clause, { ...base, bits }), base.bits);
}

/** Four octal digits. */
export function formatMode(bits: number): string {
  return bits.toString(8).padStart(4, '0');
}

/**
 * For chmod's command line: five digits, since GNU chmod keeps a directory's set-group-ID bit where four are given
 * (coreutils manual, "Directories and the set-user-ID and set-group-ID bits").
 */
export function chmodWord(bits: number): string {
  return bits.toString(8).padStart(5, '0');
}

/** What a new file or directory gets where no mode is declared. */
export function defaultBits(directory: boolean, umask: number): number {
  return (directory ? 0o777 : 0o666) & ~umask;
}

function applyClause(clause: string, base: ModeBase): number {
  const [, who = '', actions = ''] = /^([ugoa]*)(.*)$/.exec(clause) ?? [];
  return actions
    .split(/(?=[-+=])/)
    .reduce((bits, action) => applyAction(who, action, { ...base, bits }), base.bits);
}

function applyAction(who: string, action: string, base: ModeBase): number {
  const [operator, what] = [action[0], action.slice(1)];
  const everybody = who === '' || who.includes('a');
  const mask = everybody ? 0o7777 : [...who].reduce((bits, letter) => bits | (WHO[letter] ?? 0), 0);
  const withheld = who === '' ? base.umask : 0;
  const bits = /^[ugo]$/.test(what) ? copied(what, base.bits) : named(what, base);
  const given = bits & mask & ~withheld;
  if (operator === '+') return base.bits | given;
  if (operator === '-') return base.bits & ~given;
  // `=` leaves alone what it does not name: a directory's set-ID bits, and the sticky bit unless `o` or all is named.
  const cleared = mask & (base.directory ? 0o1777 : 0o7777);
  return (base.bits & ~cleared) | given;
}

/** The rwx of one class, given to all three. */
function copied(from: string, bits: number): number {
  const shift = from === 'u' ? 6 : from === 'g' ? 3 : 0;
  const rwx = (bits >> shift) & 7;
  return (rwx << 6) | (rwx << 3) | rwx;
}

function named(letters: string, base: ModeBase): number {
  return [...letters].reduce((bits, letter) => bits | letterBits(letter, base), 0);
}

function letterBits(letter: string, base: ModeBase): number {
  switch (letter) {
    case 'r':
      return 0o444;
    case 'w':
      return 0o222;
    case 'x':
      return 0o111;
    case 'X':
      return base.directory || (base.bits & 0o111) !== 0 ? 0o111 : 0;
    case 's':
      return 0o6000;
    default:
      return 0o1000;
  }
}
