import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pageLines } from '../report/page.ts';
import { paintFor } from '../report/paint.ts';
import { taskTypes } from '../tasks/index.generated.ts';
import { describeType, listTypes } from './doc.ts';
import type { Terminal } from './terminal.ts';

/** `mama-play doc [TYPE]`: resolves to the exit code. */
export function runDoc(type: string | null, terminal: Terminal): number {
  if (type === null) {
    terminal.out(terminal.isTty ? listTypes(taskTypes, terminal.size().columns) : listTypes(taskTypes));
    return 0;
  }
  const answer = describeType(type, taskTypes, pageOf(type));
  if ('hint' in answer) {
    terminal.err(`mama-play: there is no task type "${type}"\n  ${answer.hint}\n`);
    return 1;
  }
  const { columns } = terminal.size();
  const lines = () => pageLines(answer.text, columns, paintFor(terminal.colour));
  terminal.out(terminal.isTty ? `${lines().join('\n')}\n` : answer.text);
  return 0;
}

/** Built, the pages lie in `dist/pages/`, one or two folders up from the code; in the sources beside their types. */
function pageOf(type: string): string {
  if (!/^[a-z_]+$/.test(type)) return '';
  const places = ['./pages', '../pages', '../tasks'].map((place) =>
    fileURLToPath(new URL(`${place}/${type}.md`, import.meta.url)),
  );
  const place = places.find((path) => existsSync(path));
  return place ? readFileSync(place, 'utf8') : '';
}
