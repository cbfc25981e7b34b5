import type { Change } from '../../contract/delta.ts';
import { type Options, readIni } from './supervisor-ini.ts';
import { decode } from './supervisor-value.ts';

/**
 * What differs between the file as it is and the program as declared, option by option. Values of `environment` may
 * be secrets, also the ones that are being replaced: only the names of its variables are told.
 */
export function programChanges(now: string, section: string, wanted: Options): Record<string, Change> {
  const sections = readIni(now);
  const options = sections[section] ?? {};
  const changes: Record<string, Change> = {};
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(options)])) {
    const [from, to] = [options[name], wanted[name]];
    if (from === to) continue;
    if (name === 'environment') Object.assign(changes, environmentChanges(from, to));
    else changes[name] = { from: shown(from), to: shown(to) };
  }
  for (const other of Object.keys(sections)) {
    if (other !== section) changes[`[${other}]`] = { from: 'in this file', to: null };
  }
  if (Object.keys(changes).length > 0) return changes;
  return { content: { from: 'the same options, written otherwise', to: 'as declared' } };
}

function shown(value: string | undefined): string | null {
  return value === undefined ? null : decode(value);
}

function environmentChanges(from: string | undefined, to: string | undefined): Record<string, Change> {
  const [before, after] = [variables(from), variables(to)];
  const changes: Record<string, Change> = {};
  for (const name of new Set([...Object.keys(after), ...Object.keys(before)])) {
    if (before[name] === after[name]) continue;
    changes[`environment.${name}`] = {
      from: name in before ? 'another value' : null,
      to: name in after ? 'as declared' : null,
    };
  }
  return changes;
}

function variables(said = ''): Record<string, string> {
  const pairs = said.matchAll(/(\w+)=("[^"]*"|'[^']*'|[^,]*)/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value]));
}
