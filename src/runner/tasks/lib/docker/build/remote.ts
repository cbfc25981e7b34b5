import { createHash } from 'node:crypto';
import { lines, type Script, sh } from '../../../../contract/script.ts';
import { ignoring } from './context.ts';

/** A context that lies on the host already. */
export interface RemoteContext {
  readonly dockerfile: string;
  readonly hash: string;
}

/**
 * Prints what decides the image, one line each: `F <sha256>  <path>`, `X <executable path>`, `D <directory>`,
 * `L <link> -> <target>`, `T` a line of the Dockerfile, `I` one of .dockerignore. The history below `.git` is left out.
 */
export function askRemote(path: string, dockerfile: string): Script {
  const found = sh`find . -path ./.git -prune -o`;
  return lines(
    sh`[ -d ${path} ] || { echo 'P missing'; exit 0; }
cd ${path} || exit
[ -f ${dockerfile} ] || { echo 'P no-dockerfile'; exit 0; }
${found} -type f -exec sha256sum {} + | sed 's/^/F /'
${found} -type f -perm -100 -print | sed 's/^/X /'
${found} -type d -print | sed 's/^/D /'
${found} -type l -exec sh -c 'for l; do printf "L %s -> %s\n" "$l" "$(readlink "$l")"; done' sh {} +
sed 's/^/T /' ${dockerfile}
[ ! -f .dockerignore ] || sed 's/^/I /' .dockerignore`,
  );
}

/** Null: there is no such directory; 'no-dockerfile': it lacks the file. */
export function readRemote(out: string, dockerfile: string): RemoteContext | null | 'no-dockerfile' {
  if (/^P missing$/m.test(out)) return null;
  if (/^P no-dockerfile$/m.test(out)) return 'no-dockerfile';
  const said = (mark: string) =>
    out
      .split('\n')
      .filter((line) => line.startsWith(`${mark} `))
      .map((line) => line.slice(2));
  const ignored = ignoring(said('I').join('\n'));
  const counts = (path: string) => {
    const plain = path.replace(/^\.\//, '');
    return plain === dockerfile || plain === '.dockerignore' || (plain !== '.' && !ignored(plain));
  };
  const parts = [
    ...said('F').filter((line) => counts(line.replace(/^\S+ [ *]/, ''))),
    ...said('X')
      .filter(counts)
      .map((path) => `X ${path}`),
    ...said('D')
      .filter(counts)
      .map((path) => `D ${path}`),
    ...said('L')
      .filter((line) => counts(line.replace(/ -> .*$/, '')))
      .map((line) => `L ${line}`),
  ];
  const hash = createHash('sha256').update(parts.sort().join('\n')).digest('hex');
  return { dockerfile: said('T').join('\n'), hash };
}
