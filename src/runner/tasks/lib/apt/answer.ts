import type { Change, Delta } from '../../../contract/delta.ts';
import { type Reply, text } from '../../../contract/exchange.ts';
import type { AptDesired } from './ask.ts';

export interface AptFacts {
  /** Installed versions by name; of several architectures the last one. */
  readonly versions: Readonly<Record<string, string>>;
  /** The words for apt-get: packages that are not as wanted. */
  readonly needed: readonly string[];
  /** Seconds; null: the lists were never fetched, or are older than the sources; undefined: not asked. */
  readonly age: number | null | undefined;
  /** What apt-get would do; null: nothing is needed, so it was not asked. */
  readonly simulation: Simulation | null;
}

export interface Simulation {
  /** apt-get's error, where it would not do it. */
  readonly error: string | null;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly kind: 'install' | 'remove' | 'configure';
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

export function readApt(reply: Reply, desired: AptDesired): AptFacts {
  const [facts = '', needed = '', age = '', code, said = ''] = text(reply.out).split('\0');
  return {
    versions: readVersions(facts),
    needed: needed.split(' ').filter((word) => word !== ''),
    age: desired.updateCache ? (age === '' ? null : Number(age)) : undefined,
    simulation: code === undefined || code === '' ? null : readSimulation(code, said),
  };
}

export function readVersions(facts: string): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const line of facts.split('\n')) {
    const [, name, version] = /^(\S+?):\S+ (?:installed|triggers-\w+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && version !== undefined) versions[name] = version;
  }
  return versions;
}

function readSimulation(code: string, said: string): Simulation {
  const steps = [...said.matchAll(/^(Inst|Remv|Purg|Conf) (\S+)(?: \[([^\]]*)\])?(?: \((\S+))?/gm)].map(
    readStep,
  );
  const installed = new Set(steps.filter((step) => step.kind === 'install').map((step) => step.name));
  return {
    error: code === '0' ? null : aptErrors(said) || `apt-get exited ${code}`,
    steps: steps.filter((step) => step.kind !== 'configure' || !installed.has(step.name)),
  };
}

function readStep([, verb, name = '', from, to]: RegExpMatchArray): Step {
  if (verb === 'Inst') return { kind: 'install', name, from: from ?? null, to: to ?? null };
  if (verb === 'Conf') return { kind: 'configure', name, from: 'not configured', to: to ?? null };
  return { kind: 'remove', name, from: from ?? null, to: null };
}

/** apt's and dpkg's own error lines, without their marks. */
export function aptErrors(said: string): string {
  const errors = [...said.matchAll(/^(?:E: |dpkg: error: )(.*)$/gm)].map((line) => line[1]!);
  return [...new Set(errors)].join('; ');
}

/** The packages that were asked for and those that go are fields of their own; what comes along is one list. */
export function packageChanges(steps: readonly Step[], desired: AptDesired): Delta {
  const wanted = new Set(desired.packages.map(({ name }) => name));
  const changes: Record<string, Change> = {};
  const along: string[] = [];
  for (const { kind, name, from, to } of steps) {
    const asked = wanted.has(name) || wanted.has(name.split(':')[0]!);
    if (asked || kind === 'remove') changes[name] = { from, to };
    else along.push(from === null ? `${name} ${to}` : `${name} ${from} → ${to}`);
  }
  if (along.length > 0) changes['dependencies'] = { from: null, to: along };
  return changes;
}
