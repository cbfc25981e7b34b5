import type { Delta } from '../../contract/delta.ts';
import type { TaskEvent } from '../../contract/event.ts';
import { formatDelta } from '../diff.ts';
import { hostList } from '../host-names.ts';
import { resultLines } from '../outcome.ts';
import { paintFor } from '../paint.ts';
import { duration, isBad, taskTitle } from '../words.ts';
import { wordOf } from './kinds.ts';
import { html, type Markup } from './markup.ts';
import { kindOf, type Shared } from './story.ts';

const BARE = paintFor(false);

/** Diffs are shown until they come to so many characters, or took so many ms to make; then only fields are named. */
const MOST_CHARACTERS = 4_000_000;
const LONGEST_MS = 10_000;

export class Budget {
  private characters = 0;
  private ms = 0;

  /** Null: there is no room left. */
  take(make: () => string[]): string[] | null {
    if (this.characters > MOST_CHARACTERS || this.ms > LONGEST_MS) return null;
    const started = performance.now();
    const lines = make();
    this.ms += performance.now() - started;
    this.characters += lines.reduce((sum, { length }) => sum + length, 0);
    return lines;
  }
}

/** Who, what came of it, why, what differed and what to do. */
export function outcomeHtml({ event, hosts }: Shared, budget: Budget, withTitle = false): Markup {
  const kind = kindOf(event);
  const where = event.delegated_to === undefined ? '' : ` → ${event.delegated_to}`;
  const title =
    withTitle || event.item !== undefined ? html` <span class="of">${taskTitle(event)}</span>` : null;
  return html`<div class="outcome">
<p>${badge(kind)} <span class="hosts">${hostList(hosts, Number.POSITIVE_INFINITY)}${where}</span>${title}${time(event.ms)}</p>
${message(event)}
${isBad(event) ? html`<p class="at">at ${event.at}</p>` : null}
${event.hint === undefined ? null : html`<p class="hint">${event.hint}</p>`}
${event.delta ? diffHtml(event.delta, budget) : null}
${isBad(event) ? resultHtml(event) : null}
</div>`;
}

export function badge(kind: Shared['event']['status'] | 'rescued'): Markup {
  return html`<span class="badge ${kind}">${wordOf(kind)}</span>`;
}

export function time(ms: number): Markup | null {
  return ms < 1000 ? null : html` <span class="time">${duration(ms)}</span>`;
}

function message({ msg }: TaskEvent): Markup | null {
  if (msg === undefined || msg === '') return null;
  return msg.trimEnd().includes('\n') ? html`<pre>${msg.trimEnd()}</pre>` : html`<p class="msg">${msg}</p>`;
}

function diffHtml(delta: Delta, budget: Budget): Markup {
  const lines = budget.take(() => formatDelta(delta, BARE));
  if (!lines)
    return html`<p class="at">${Object.keys(delta).join(', ')} (this report is long: the diff is left out)</p>`;
  return html`<pre class="diff">${lines.map((line) => html`<span${lineClass(line)}>${line}</span>\n`)}</pre>`;
}

function lineClass(line: string): Markup | null {
  if (/^(---|\+\+\+) /.test(line)) return html` class="side"`;
  if (line.startsWith('+')) return html` class="plus"`;
  if (line.startsWith('-')) return html` class="minus"`;
  return line.startsWith('@@') ? html` class="hunk"` : null;
}

/** What a failed program printed, but for what the message says already. */
function resultHtml({ result, msg = '' }: TaskEvent): Markup | null {
  const told = Object.entries(result ?? {}).filter(
    ([, value]) => value !== '' && !(typeof value === 'string' && msg.includes(value.trim())),
  );
  const lines = resultLines(Object.fromEntries(told), 1);
  return lines.length === 0
    ? null
    : html`<details><summary>result</summary> <pre>${lines.join('\n')}</pre></details>`;
}
