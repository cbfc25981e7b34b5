import { text } from '../contract/exchange.ts';
import { FACT_VARIABLES } from '../contract/facts.ts';
import type { JsonObject } from '../contract/json.ts';
import { queryTask } from '../contract/task-type.ts';
import { probeFacts } from './lib/facts/probe.ts';
import { readFacts } from './lib/facts/read.ts';

/** What the host is: its facts become variables. A play does this by itself where something reads one. */
export default queryTask({
  name: 'setup',
  schema: {
    type: 'object',
    description: 'Asks a host for its facts and makes them variables of it.',
    properties: {},
    additionalProperties: false,
  } as const,
  fields: { ansible_facts: FACT_VARIABLES['ansible_facts']! },
  sets: FACT_VARIABLES,

  desire: () => null,
  probe: () => probeFacts,
  // Containers and their networks bring interfaces.
  looksAt: () => [
    ...['network:', 'container:', 'package:', 'service:', 'user:', 'link:'],
    ...['/etc/os-release', '/usr/lib/os-release', '/etc/debian_version', '/etc/hostname', '/etc/hosts'].map(
      (path) => `path:${path}`,
    ),
  ],
  read(reply) {
    const facts = readFacts(text(reply.out));
    const variables: JsonObject = Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [`ansible_${name}`, value]),
    );
    return { result: { ansible_facts: facts }, facts: { ...variables, ansible_facts: facts } };
  },
});
