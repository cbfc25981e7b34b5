import { type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { splitWords } from '../words.ts';

export type Words = readonly string[];

/** Exit status of an apply whose `validate` command did not accept the new file. */
export const INVALID = 76;

export const VALIDATE = {
  type: 'string',
  pattern: '%s',
  examples: ['visudo -cf %s'],
  description:
    'A command (no shell) that must exit 0 before the new file takes its place; `%s` stands for the new file.',
} as const;

export function readValidate(command: string | undefined): Words | null | Refusal {
  if (command === undefined) return null;
  const words = splitWords(command);
  if (words === null) return refuse(`validate has a quote that is not closed: ${command}`);
  return words;
}

/** Runs the command on `"$t"`; what it says is kept for the message. */
export function runValidate(words: Words): Script {
  const [first, ...rest] = words.map(word);
  const command = rest.reduce((all, one) => sh`${all} ${one}`, first ?? sh`:`);
  return sh`( ${command} ) </dev/null >&2 || exit ${INVALID}`;
}

/** The word with the new file's path for each `%s`. */
function word(text: string): Script {
  const [first = '', ...rest] = text.split('%s');
  return rest.reduce((all, part) => sh`${all}"$PWD/\${t#./}"${part}`, sh`${first}`);
}
