import type { Frame } from './frame.ts';
import type { Place } from './place.ts';
import { type Json, rankOf } from './values.ts';

/** What is read in forms of its own: as a text, and as a condition. */
interface Special {
  readonly hbs: string;
  readonly text: (frame: Frame) => string;
  readonly cel: string;
  readonly holds: (frame: Frame) => boolean;
  readonly rank: number;
}

/** Inputs that may be missing, and what loops have registered. */
export function specialsAt({ optional, made }: Place): Special[] {
  return [...[...optional].map(maybeMissing), ...[...made.lists].map(ofLoop)];
}

function maybeMissing(name: string): Special {
  const read = (frame: Frame) => (frame.has(name) ? String(frame.get(name)) : null);
  return {
    hbs: `{{ default ${name} "none" }}{{#if (defined ${name})}}!{{/if}}`,
    text: (frame) => (read(frame) === null ? 'none' : `${read(frame)}!`),
    cel: `has(vars.${name}) && size(${name}) > 3`,
    holds: (frame) => [...(read(frame) ?? '')].length > 3,
    rank: rankOf(name),
  };
}

function ofLoop(name: string): Special {
  const results = (frame: Frame) => (frame.get(name) as { results: readonly { stdout: Json }[] }).results;
  return {
    hbs: `{{#each ${name}.results}}{{ stdout }};{{/each}}{{ length ${name}.results }}`,
    text: (frame) => {
      const all = results(frame);
      return all.map(({ stdout }) => `${stdout};`).join('') + all.length;
    },
    cel: `${name}.results.all(r, r.rc == 0) && size(${name}.results) > 1`,
    holds: (frame) => results(frame).length > 1,
    rank: -1,
  };
}
