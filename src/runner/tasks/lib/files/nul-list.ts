import { type Script, sh } from '../../../contract/script.ts';

/**
 * Prints these names, each ended by NUL, for `xargs -0`. The names are bytes, one character each; what is not plain
 * goes as printf's octal escapes, so that a script is ASCII whatever a file is called.
 */
export function nulList(raw: readonly string[]): Script {
  const format = raw.map((name) => `${name.replace(/[^A-Za-z0-9_@+=:,./ -]/g, octal)}\\000`).join('');
  return sh`printf ${format}`;
}

function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
