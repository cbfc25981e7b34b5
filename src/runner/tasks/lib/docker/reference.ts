/** An image's name as `docker image inspect` lists it: with a tag, without Docker Hub's host and folder. */
export function imageName(given: string): string {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(given) || given.includes('@')) return given;
  const name = given.replace(/^docker\.io\//, '').replace(/^library\//, '');
  return name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`;
}

/** The first twelve hexadecimal digits, as `docker ps` shows an id. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
