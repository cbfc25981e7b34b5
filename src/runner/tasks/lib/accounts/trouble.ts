import { type Reply, text } from '../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { type Records, readRecords } from './records.ts';

const BECOME = 'run it as root: `become: true`';

/** Says which of these tools the host lacks, and whether the login may change the databases at all. */
export function askAbility(tools: readonly string[]): Script {
  return lines(
    sh`[ -w /etc ] && [ -w /etc/passwd ] || echo barred`,
    ...tools.map((tool) => sh`command -v ${tool} >/dev/null 2>&1 || echo ${`lacks ${tool}`}`),
  );
}

/** The answer's lines; a probe that ended early is a refusal. */
export function readAnswer(reply: Reply, what: string): Records | Refusal {
  if (reply.code === 0) return readRecords(text(reply.out));
  return refuse(`could not look at ${what}: ${lastWords(reply)}`);
}

/** Why a change that is needed cannot be made, known before it is tried. */
export function inability(records: Records): Refusal | null {
  const lacking = records.get('lacks');
  if (lacking) {
    return refuse(
      `this host has no ${lacking.join(', no ')}`,
      'users and groups are changed with the tools of the package passwd (elsewhere: shadow)',
    );
  }
  return records.has('barred') ? refuse('only root may change users and groups', BECOME) : null;
}

export function accountFailure(what: string, reply: Reply): Refusal {
  const said = lastWords(reply);
  const hint = /Permission denied/.test(text(reply.err)) ? BECOME : hintFor(said);
  return refuse(`${what}: ${said}`, hint);
}

function hintFor(said: string): string | undefined {
  if (/cannot lock/.test(said)) return 'another program is changing users or groups there; try again';
  if (/currently used by process/.test(said)) return 'end that process first';
  return undefined;
}

/** What the tool said last, without its own name before it. */
function lastWords(reply: Reply): string {
  const said = text(reply.err).trim().split('\n').at(-1) ?? '';
  return said.replace(/^(user|group)(add|mod|del): /, '') || `the shell exited ${reply.code}`;
}
