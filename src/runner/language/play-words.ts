import type { Loader } from './loader.ts';
import { position } from './loader.ts';
import type { Pattern, Play } from './model.ts';
import { isTemplated, readWords, textOf, wrongType } from './read.ts';
import { fault } from './source.ts';
import { didYouMean } from './suggest.ts';
import { entry, type YamlEntry, type YamlMap, type YamlNode } from './yaml.ts';

export const ORDERS: readonly Play['order'][] = [
  'inventory',
  'sorted',
  'reverse_sorted',
  'reverse_inventory',
  'shuffle',
];

export const STRATEGIES: readonly Play['strategy'][] = ['free', 'linear'];

const CONSTANT = 'it is known before a host is: write the value itself';

/** The pattern of `hosts`; several are joined as Ansible joins them. Null: there is none (reported). */
export function readHosts(loader: Loader, map: YamlMap): Pattern | null {
  const at = entry(map, 'hosts');
  if (!at) {
    loader.report(
      fault(map.span, 'missing-key', 'a play needs "hosts"', 'hosts: all, or a group, a host, a pattern'),
    );
    return null;
  }
  const words = readWords(loader, at, null, 'name a group or a host, and narrow it with --limit');
  if (words.length === 0) {
    if (at.value.kind === 'list' && at.value.items.length === 0)
      wrongType(loader, at, 'a pattern of hosts', 'an empty list names none');
    return null;
  }
  return { source: words.map(({ text }) => text.trim()).join(','), at: position(at.value.span) };
}

type Words = Pick<Play, 'order' | 'serial' | 'strategy' | 'maxFailPercentage'>;

/** How the hosts of a play are gone through. */
export function readNumbers(loader: Loader, map: YamlMap): Words {
  const serial = entry(map, 'serial');
  const order = entry(map, 'order');
  const strategy = entry(map, 'strategy');
  const most = entry(map, 'max_fail_percentage');
  return {
    order: (order && readChoice(loader, order, ORDERS)) ?? 'inventory',
    strategy: (strategy && readChoice(loader, strategy, STRATEGIES)) ?? 'free',
    serial: serial ? readSerial(loader, serial) : [],
    maxFailPercentage: (most && readPercentage(loader, most)) ?? null,
  };
}

function readChoice<T extends string>(loader: Loader, at: YamlEntry, choices: readonly T[]): T | undefined {
  const text = textOf(at.value);
  const known = choices.find((choice) => choice === text);
  if (known !== undefined) return known;
  const hint = isTemplated(at.value) ? CONSTANT : text && didYouMean(text, choices);
  return wrongType(loader, at, `one of ${choices.join(', ')}`, hint);
}

function readSerial(loader: Loader, at: YamlEntry): Play['serial'] {
  const items = at.value.kind === 'list' ? at.value.items : [at.value];
  if (items.length === 0) wrongType(loader, at, 'a number of hosts');
  return items.flatMap((value) => {
    const size = batch(value);
    if (size !== undefined) return [size];
    wrongType(
      loader,
      { key: at.key, value },
      'a number of hosts (0: all of them), a share such as "30%", or a list of these',
      isTemplated(value) ? CONSTANT : undefined,
    );
    return [];
  });
}

function batch(node: YamlNode): number | `${number}%` | undefined {
  const text = textOf(node);
  if (text === undefined) return undefined;
  if (/^(?:0|[1-9][0-9]*)$/.test(text)) return Number(text);
  const share = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(text)?.[1];
  return share !== undefined && Number(share) > 0 && Number(share) <= 100 ? `${Number(share)}%` : undefined;
}

function readPercentage(loader: Loader, at: YamlEntry): number | undefined {
  const { value } = at;
  if (value.kind === 'scalar' && typeof value.value === 'number' && value.value >= 0 && value.value <= 100) {
    return value.value;
  }
  const bare = value.kind === 'scalar' ? /^([0-9]+)%$/.exec(value.written)?.[1] : undefined;
  const hint = isTemplated(value) ? CONSTANT : bare && `write ${bare}`;
  return wrongType(loader, at, 'a number from 0 to 100', hint);
}
