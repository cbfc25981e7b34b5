import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { splitWords } from '../words.ts';

/** A command line as a list of words: a list as it is, a text split as a shell would, with nothing expanded. */
export function commandWords(command: string | readonly (string | number)[]): readonly string[] | Refusal {
  if (typeof command !== 'string') return command.map(String);
  const words = splitWords(command);
  return (
    words ?? refuse(`the command has a quote that is not closed: ${command}`, 'write it as a list of words')
  );
}
