import type { Area } from '../contract/task-type.ts';

/** Is any of what is looked at within, or on the way through, what is altered? */
export function reaches(altered: Area, looked: readonly Area[]): boolean {
  return looked.some((area) => {
    if (altered === '*' || area === '*') return true;
    const [sort, name] = split(altered);
    const [seen, at] = split(area);
    if ((sort === 'path') !== (seen === 'path' || seen === 'tree')) return false;
    if (sort !== 'path') return sort === seen && (name === '' || at === '' || name === '*' || name === at);
    return isWithin(at, name) || (seen === 'tree' && isWithin(name, at)) || at === '';
  });
}

export function split(area: Area): [sort: string, name: string] {
  const at = area.indexOf(':');
  return [area.slice(0, at), area.slice(at + 1)];
}

function isWithin(path: string, above: string): boolean {
  return above === '' || above === '/' || path === above || path.startsWith(`${above}/`);
}
