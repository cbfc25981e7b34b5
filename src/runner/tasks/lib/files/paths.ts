/** An absolute path without `..`: what the tasks of this room accept. */
export const PATH_PATTERN = '^/(?!(?:[\\s\\S]*/)?\\.\\.(?:/|$))[^\\0]*$';

/** The same path without doubled slashes, `.` parts and a slash at the end. */
export function tidy(path: string): string {
  return `/${parts(path).join('/')}`;
}

/** Directories on the way to `path`, nearest first, ending with `/`. */
export function ancestors(path: string): string[] {
  const all = parts(path);
  return all.map((_, i) => `/${all.slice(0, all.length - 1 - i).join('/')}`);
}

export function parentOf(path: string): string {
  return ancestors(path)[0] ?? '/';
}

export function baseName(path: string): string {
  return parts(path).at(-1) ?? '';
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
